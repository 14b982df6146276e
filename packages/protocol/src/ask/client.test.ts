import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listen } from '../../../sdk/src/testing/listen.ts'
import { openAsk, question, takeEvents } from './client.ts'

const answers: Record<string, [status: number, body: string]> = {
  '/api/v1/fine?q=a:b': [200, '{"fine":true}'],
  '/api/v1/bad': [
    400,
    '{"error":{"code":"query","message":"Cannot read the search: \\"(\\" is never closed","position":4}}',
  ],
  '/api/v1/proxy': [502, '<h1>Bad gateway</h1>'],
  '/api/v1/cut': [200, '{"fine":'],
  '/api/v1/locked': [401, ''],
}
const wrongToken = '{"error":{"code":"unauthorized","message":"Cannot sign in: the token is not the right one"}}'
const server = createServer(async (request, response) => {
  if (request.method === 'POST') {
    const right = (await text(request)) === '{"token":"right"}'
    response.writeHead(right ? 204 : 401).end(right ? undefined : wrongToken)
    return
  }
  const [status, body] = answers[request.url ?? ''] ?? [404, '']
  response.writeHead(status).end(body)
})
let base = ''
beforeAll(async () => {
  base = `http://127.0.0.1:${await listen(server)}`
})
afterAll(() => server.close())

const ask = openAsk((input, init) => fetch(base + String(input), init))
const signal = new AbortController().signal

test('a question is asked and its JSON answered', async () => {
  expect(await ask.json(question('fine', { q: 'a:b', cursor: undefined }), signal)).toEqual({ fine: true })
})

test.each([
  ['bad', { code: 'query', status: 400, position: 4, message: 'Cannot read the search: "(" is never closed' }],
  ['proxy', { code: 'unreachable', status: 0 }],
  ['cut', { code: 'unreadable' }],
  ['locked', { status: 401 }],
])('the question %s fails with what the server said', async (path, failure) => {
  await expect(ask.json(question(path, {}), signal)).rejects.toMatchObject(failure)
})

test.each([
  ['right', undefined],
  ['wrong', { status: 401, message: 'Cannot sign in: the token is not the right one' }],
])('signing in with the %s token is answered', async (token, failure) => {
  const found = await ask.signIn(token)
  expect(found && { status: found.status, message: found.message }).toEqual(failure)
})

test('a server that is away is unreachable', async () => {
  const away = openAsk(() => fetch('http://127.0.0.1:1/'))
  await expect(away.json(question('fine', {}), signal)).rejects.toMatchObject({ code: 'unreachable', status: 0 })
})

test('events are taken from text as far as they are complete', () => {
  const seen: unknown[] = []
  const text = ': hello\n\nevent: of another version\ndata: 1\n\nevent: lost\ndata: {"records":2}\n\nevent: rec'
  const rest = takeEvents(text, (event) => seen.push(event))
  expect(seen).toEqual([{ event: 'lost', data: { records: 2 } }])
  expect(rest).toBe('event: rec')
})
