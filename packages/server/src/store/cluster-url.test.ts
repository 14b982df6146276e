import { expect, test } from 'vitest'
import { parseClusterUrl } from './cluster-url.ts'

test.each([
  [
    'http://ann@one:8123/obs?cluster=main,http://two:8123,https://three',
    { hosts: ['http://one:8123', 'http://two:8123', 'https://three'], user: 'ann', database: 'obs', cluster: 'main' },
  ],
  ['http://one:8123', { hosts: ['http://one:8123'], user: 'default', database: 'wakeline', cluster: '' }],
])('--store %s names hosts in order, and what they share', (text, expected) => {
  expect(parseClusterUrl(text)).toEqual(expected)
})

test.each([
  ['one:8123', 'it is not written http://user@host:8123/database?cluster=name'],
  ['tcp://one:9000/db', 'it is not written'],
  [
    'http://ann:secret@one:8123/db',
    'Cannot use --store http://ann:...@one:8123/db: other users of the machine could read',
  ],
  ['http://one/db?cluster=a&timeout=5', '"timeout" is not known'],
  ['http://one/db?cluster=a,http://two/db?cluster=b', 'its cluster is "b" and that of the first host "a"'],
  ['http://one/my-db', 'a database is named with letters, digits and _'],
])('--store %s is refused with a sentence, without a password in it', (text, sentence) => {
  expect(() => parseClusterUrl(text)).toThrow(sentence)
  expect(() => parseClusterUrl(text)).not.toThrow('secret')
})
