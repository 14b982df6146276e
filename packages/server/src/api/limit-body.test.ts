import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listen } from '../../../sdk/src/testing/listen.ts'
import { addressOf, noteAddress } from './caller.ts'
import { limitBody } from './limit-body.ts'

const app = new Hono()
app.use(limitBody({ maxSize: 10, onError: (context) => context.text('too large', 413) }))
app.all('/', async (context) => {
  const { req } = context
  return context.text(`${req.method} ${await req.text()} ${req.header('x-said')} ${addressOf(req.raw)}`)
})
const listener = getRequestListener(
  (request, { incoming }) => {
    noteAddress(request, incoming.socket.remoteAddress)
    return app.fetch(request)
  },
  { overrideGlobalObjects: false },
)
const server = createServer((request, response) => void listener(request, response))
let url = ''
beforeAll(async () => {
  url = `http://127.0.0.1:${await listen(server)}`
})
afterAll(() => void server.close())

/** Node's own client says no length of it. */
const chunked = (...pieces: string[]) => new Blob(pieces).stream()

test.each<[string, string, string | ReadableStream | null, number, string]>([
  ['that says its length', 'POST', '0123456789', 200, 'POST 0123456789 here 127.0.0.1'],
  ['that says it is larger', 'POST', '0123456789a', 413, 'too large'],
  ['that says no length', 'PUT', chunked('01234', '56789'), 200, 'PUT 0123456789 here 127.0.0.1'],
  ['that says no length and is larger', 'POST', chunked('01234', '56789', 'a'), 413, 'too large'],
  ['that says no length and has nothing', 'POST', chunked(), 200, 'POST  here 127.0.0.1'],
  ['of a DELETE, which has none', 'DELETE', null, 200, 'DELETE  here 127.0.0.1'],
  ['of a GET, which has none', 'GET', null, 200, 'GET  here 127.0.0.1'],
])('a body %s', async (_, method, body, status, expected) => {
  const duplex = { duplex: 'half' } as const
  const response = await fetch(url, { method, body, headers: { 'x-said': 'here' }, ...duplex })
  expect([response.status, await response.text()]).toEqual([status, expected])
})
