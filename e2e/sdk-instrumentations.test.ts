import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { sdkForTests } from './sdk-for-tests.ts'

/** OpenTelemetry's own packages, as published, on our providers. */
const { folder, collector } = await sdkForTests()

beforeAll(async () => {
  for (const name of ['@opentelemetry', 'express']) {
    const installed = new URL(`../node_modules/${name}`, import.meta.url).pathname
    await symlink(installed, join(folder.path, 'node_modules', name))
  }
})

const app = `
const express = require('express')
const app = express()
const users = express.Router()
users.get('/:id', async (req, res) => {
  if (req.params.id === '1') await (await fetch('http://127.0.0.1:' + server.address().port + '/users/2')).text()
  res.end('user')
})
app.use('/users', users)
const server = app.listen(0, '127.0.0.1', async () => {
  await (await fetch('http://127.0.0.1:' + server.address().port + '/users/1')).text()
  server.close()
})
`

test('express, without any other package: routes as templates', async () => {
  const program = `require('wakeline').start({ serviceName: 'plain' })${app}`
  const ended = await folder.run({ 'plain.cjs': program }, ['plain.cjs'], { WAKELINE_ENDPOINT: collector.url })
  expect([ended.code, ended.stderr]).toEqual([0, ''])
  const servers = collector.spans.filter((span) => span.kind === 2)
  expect(servers.map((span) => [span.name, span.attributes['http.route']])).toEqual([
    ['GET /users/:id', '/users/:id'],
    ['GET /users/:id', '/users/:id'],
  ])
  expect(new Set(collector.spans.map((span) => span.traceId)).size).toBe(1)
})

const instrumented = (names: string[]) => `
const { start } = require('wakeline')
start({ serviceName: 'instrumented' })
const { registerInstrumentations } = require('@opentelemetry/instrumentation')
registerInstrumentations({ instrumentations: [
  ${names.map((name) => `new (require('@opentelemetry/instrumentation-${name.toLowerCase()}').${name}Instrumentation)()`).join(',\n  ')}
] })
${app}`

test('instrumentation-express under our server spans: its spans are children, its route is ours', async () => {
  const program = instrumented(['Express'])
  const ended = await folder.run({ 'x.cjs': program }, ['x.cjs'], { WAKELINE_ENDPOINT: collector.url })
  expect([ended.code, ended.stderr]).toEqual([0, ''])
  const servers = collector.spans.filter((span) => span.kind === 2)
  expect(servers.map((span) => span.attributes['http.route'])).toEqual(['/users/:id', '/users/:id'])
  const handlers = collector.spans.filter((span) => span.attributes['express.type'] === 'request_handler')
  expect(handlers).toHaveLength(2)
  for (const span of handlers) expect(collector.spans.map(({ spanId }) => spanId)).toContain(span.parentSpanId)
})

test('instrumentation-http and -undici take over from ours: nothing is counted twice', async () => {
  const program = instrumented(['Http', 'Undici', 'Express'])
  const ended = await folder.run({ 'y.cjs': program }, ['y.cjs'], { WAKELINE_ENDPOINT: collector.url })
  expect([ended.code, ended.stderr]).toEqual([0, ''])
  expect(collector.spans.filter((span) => span.kind === 2)).toHaveLength(2)
  expect(collector.spans.filter((span) => span.kind === 3)).toHaveLength(2)
  const scopes = new Set(collector.spans.filter((span) => span.kind > 1).map((span) => span.scope))
  expect([...scopes].sort()).toEqual(['@opentelemetry/instrumentation-http', '@opentelemetry/instrumentation-undici'])
  expect(new Set(collector.spans.map((span) => span.traceId)).size).toBe(1)
  expect(collector.points.map((point) => point.metric)).toContain('http.server.request.duration')
})
