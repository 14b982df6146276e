import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import express from 'express'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { flush, start, stop } from '../index.ts'
import { collectorForTests } from '../testing/collector-for-tests.ts'
import { listen } from '../testing/listen.ts'

const collector = await collectorForTests()
beforeAll(() => start({ endpoint: collector.url, logOutput: 'none', instrument: { process: false, fetch: false } }))
afterAll(stop)

const names = [
  'res',
  'next',
  'baseUrl',
  'originalUrl',
  'params',
  'route',
  'query',
  'session',
  'locals',
  'statusMessage',
]

/** What three requests to one server found, each on the messages before the server's own code, and in the answer. */
async function askThrice(handle: (request: IncomingMessage, response: ServerResponse) => void) {
  const there: string[][] = []
  const server: Server = createServer((request, response) => {
    there.push(names.filter((name) => Object.hasOwn(request, name) || Object.hasOwn(response, name)))
    handle(request, response)
  })
  const port = await listen(server)
  const answers: unknown[] = []
  for (let i = 0; i < 3; i++) {
    answers.push(await (await fetch(`http://127.0.0.1:${port}/orders/7?a=1`)).json())
    await flush()
  }
  server.closeAllConnections()
  server.close()
  return { there, answers }
}

test('what Express adds is there before it from the second request on, and what its prototypes answer is not hidden', async () => {
  const app = express()
  app.use((request, _response, next) => {
    // As programs do whose `query` must be one that can be changed; and one property of their own.
    Object.defineProperty(request, 'query', { value: { ...request.query, mine: true } })
    Object.assign(request, { session: 1 })
    next()
  })
  app.get('/orders/:id', ({ query, params, baseUrl, originalUrl, route }, response) => {
    response.json({ query, params, baseUrl, originalUrl, route: route.path, locals: response.locals })
  })
  const { there, answers } = await askThrice(app)
  const added = ['res', 'next', 'baseUrl', 'originalUrl', 'params', 'route', 'locals', 'statusMessage']
  expect(there).toEqual([['statusMessage'], added, added])
  const answer = {
    query: { a: '1', mine: true },
    params: { id: '7' },
    baseUrl: '',
    originalUrl: '/orders/7?a=1',
    route: '/orders/:id',
    locals: {},
  }
  expect(answers).toEqual([answer, answer, answer])
})

test('messages whose prototypes stay get nothing', async () => {
  const { there } = await askThrice((request, response) => {
    Object.assign(request, { originalUrl: request.url, params: {}, next: 1 })
    response.end('{}')
  })
  expect(there).toEqual([['statusMessage'], ['statusMessage'], ['statusMessage']])
})
