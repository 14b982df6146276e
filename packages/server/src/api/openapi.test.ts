import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { idleNotifying } from '../alert/notifier/idle-notifier.case.ts'
import { seedEndMs, seedStartMs, seedTraceId } from '../query/test-world/seed.case.ts'
import { openSeededWorld, type TestWorld } from '../query/test-world/world.case.ts'
import { endpoints } from './endpoints.ts'
import openApi from './openapi.json' with { type: 'json' }
import { questionRoutes } from './questions.ts'
import { openTurns } from './turns.ts'

/** Answers are what the document says: it is made from types, and nothing but this holds the types to the answers. */
let world: TestWorld
let routes: ReturnType<typeof questionRoutes>
const ajv = new Ajv2020({ strict: false, schemas: [{ ...openApi, $id: 'openapi' }] })

beforeAll(async () => {
  world = await openSeededWorld()
  routes = questionRoutes({
    ruleGroups: () => [],
    slos: () => ({ slos: [], errors: [] }),
    query: world.query,
    status: () => Promise.reject(new Error('not asked here')),
    turns: openTurns({ atOnceMax: 4, waitingMax: 10 }),
    nowUnixMs: () => seedEndMs,
    notifying: idleNotifying(() => seedEndMs),
  })
})
afterAll(() => world?.close())

const { status: _, ...asked } = endpoints
const inputs: Partial<Record<keyof typeof asked, string>> = {
  service: 'service=web',
  instances: 'service=web',
  serviceErrors: 'service=payment',
  serviceProblems: 'service=web',
  bottlenecks: `service=web&from=${seedStartMs + 300_000}&to=${seedEndMs}`,
  trace: `traceId=${seedTraceId(1)}`,
  table: 'signal=logs&q=| count by (service)',
  logContext: `time=${seedStartMs}000000&service=cron&resource=4`,
  explain: 'of=logs',
  sql: 'sql=SELECT count() FROM logs',
  metricLabels: 'metric=requests',
  metricRange: 'metric=requests',
  keys: 'signal=spans',
  values: 'signal=spans&key=service.name',
}

test.each(Object.entries(asked))('%s answers as the document says', async (name, { path, answer }) => {
  const input = new URLSearchParams(Object.entries(inputs).find(([key]) => key === name)?.[1] ?? '')
  const url = path.replace(/:(\w+)/, (_, parameter: string) => {
    const value = input.get(parameter) ?? ''
    input.delete(parameter)
    return value
  })
  if (!['trace', 'logContext', 'sql'].includes(name)) {
    input.set('from', String(seedStartMs))
    input.set('to', String(seedEndMs))
  }
  const response = await routes.request(`${url}?${input}`)
  const body: unknown = await response.json()
  expect(response.status, JSON.stringify(body)).toBe(200)
  const validate = ajv.getSchema(`openapi#/components/schemas/${answer}`)
  expect(validate?.(body), JSON.stringify(validate?.errors)).toBe(true)
})

test('every route of questions stands in the document, and no other', () => {
  const routed = routes.routes.map(({ path }) => `/api/v1${path.replace(/:(\w+)/g, '{$1}')}`)
  expect(routed.filter((path) => path !== '/api/v1/openapi.json').toSorted()).toEqual(
    Object.keys(openApi.paths).toSorted(),
  )
})
