import { expect, test } from 'vitest'
import { knownChannels } from './known-channels.ts'

const redis = { database: 0, serverAddress: 'r', serverPort: 6379 }
const mysql = { database: 'shop', serverAddress: 'm', serverPort: 3306 }

test.each<[string, object, string, Record<string, unknown>]>([
  [
    'mysql2:query',
    { ...mysql, query: "SELECT * FROM `orders` WHERE name = 'it''s' AND id = 42" },
    'SELECT orders',
    { 'db.query.text': 'SELECT * FROM `orders` WHERE name = ? AND id = ?', 'db.collection.name': 'orders' },
  ],
  [
    'mysql2:execute',
    { ...mysql, query: 'insert into carts (id) values (?)', values: [1] },
    'INSERT carts',
    { 'db.query.text': 'insert into carts (id) values (?)', 'db.namespace': 'shop', 'server.port': 3306 },
  ],
  [
    'mysql2:query',
    { ...mysql, query: { sql: 'UPDATE a.b SET x = "y' } },
    'UPDATE a.b',
    { 'db.query.text': 'UPDATE a.b SET x = ?' },
  ],
  ['mysql2:query', { ...mysql, query: undefined }, 'QUERY', { 'db.query.text': '' }],
  ['mysql2:pool:connect', mysql, 'mysql pool connect', { 'server.address': 'm' }],
  ['ioredis:command', { ...redis, command: 'set', args: ['k', '?'] }, 'SET', { 'db.query.text': 'SET k ?' }],
  ['node-redis:command', { ...redis, command: 'GET', args: ['GET', 'k'] }, 'GET', { 'db.query.text': 'GET k' }],
  ['ioredis:batch', { ...redis, batchMode: 'MULTI', batchSize: 3 }, 'MULTI', { 'db.operation.batch.size': 3 }],
  ['node-redis:connect', redis, 'redis connect', { 'db.system.name': 'redis' }],
])('%s: %o', (channel, message, name, attributes) => {
  const call = knownChannels[channel]?.describe(message)
  expect(call).toMatchObject({ name, kind: 3, attributes })
  expect(JSON.stringify(call)).not.toMatch(/it''s|42/)
})
