import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { span, traces } from './protobuf.ts'
import { type RunningServer, runCommand, startServer } from './server.ts'

/** What a stranger on the network, and a web page in the user's browser, can do: nothing. */

const body = (): Uint8Array => traces('stranger', [span()])
const protobuf = { 'content-type': 'application/x-protobuf' }

type Asked = { method?: string; headers?: Record<string, string>; body?: Uint8Array }

/** Unlike fetch, node:http lets Host and Origin be anything. */
function send(url: string, { method = 'GET', headers = {}, body }: Asked): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

describe('a server without a token', () => {
  let server: RunningServer
  beforeAll(async () => {
    server = await startServer()
  })
  afterAll(() => server.stop())

  test.each(['0.0.0.0', '::', '192.168.1.10'])('does not start on %s', async (host) => {
    const { code, output } = await runCommand(['serve', '--host', host])
    expect(code).not.toBe(0)
    expect(output).toContain(`Cannot listen on ${host} without a token`)
    expect(output.trim().split('\n')).toHaveLength(1)
  })

  test.each([
    ['its own host name', {}, 200],
    ['localhost', { host: 'localhost:PORT' }, 200],
    ['a name that was rebound to loopback', { host: 'evil.example' }, 403],
    ['a page of another site', { origin: 'https://evil.example' }, 403],
    ['a sandboxed page', { origin: 'null' }, 403],
  ])('answers %s on the API with the right status', async (_who, headers, status) => {
    const port = new URL(server.ui).port
    const real = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replace('PORT', port)]))
    expect(await send(`${server.ui}/api/v1/status`, { headers: real })).toBe(status)
  })

  test.each([
    ['a sender', {}, 200],
    ['a name that was rebound to loopback', { host: 'evil.example' }, 403],
    ['a page of another site', { origin: 'https://evil.example' }, 403],
  ])('answers %s on the OTLP port with the right status', async (_who, headers, status) => {
    const asked = { method: 'POST', headers: { ...protobuf, ...headers }, body: body() }
    expect(await send(`${server.otlpHttp}/v1/traces`, asked)).toBe(status)
  })
})

describe('a server with a token', () => {
  const token = 'a-long-secret-nobody-guesses'
  let server: RunningServer
  beforeAll(async () => {
    server = await startServer({ env: { WAKELINE_TOKEN: token } })
  })
  afterAll(() => server.stop())

  test.each([
    ['no token', {}, 401],
    ['a wrong one', { authorization: 'Bearer wrong' }, 401],
    ['a prefix of it', { authorization: `Bearer ${token.slice(0, -1)}` }, 401],
    ['the right one', { authorization: `Bearer ${token}` }, 200],
  ])('answers API and ingest with %s by the right status', async (_what, headers, status) => {
    expect(await send(`${server.ui}/api/v1/status`, { headers })).toBe(status)
    const asked = { method: 'POST', headers: { ...protobuf, ...headers }, body: body() }
    expect(await send(`${server.otlpHttp}/v1/traces`, asked)).toBe(status)
  })

  test('does not take the token from a URL', async () => {
    expect(await send(`${server.ui}/api/v1/status?token=${token}`, {})).toBe(401)
  })

  test('never writes the token into its output', async () => {
    await send(`${server.ui}/api/v1/status`, { headers: { authorization: `Bearer ${token}x` } })
    expect(server.output()).not.toContain(token)
  })
})
