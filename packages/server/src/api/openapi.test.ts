import { Ajv2020 } from 'ajv/dist/2020.js'
import { Hono } from 'hono'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { noSearches } from '../alert/ask-search.ts'
import { MadeRules } from '../alert/made-rules.ts'
import { idleNotifying } from '../alert/notifier/idle-notifier.case.ts'
import { MadeDashboards } from '../dashboard/made-dashboards.ts'
import { seedEndMs, seedStartMs, seedTraceId } from '../query/test-world/seed.case.ts'
import { openSeededWorld, type TestWorld } from '../query/test-world/world.case.ts'
import { dashboardsRoutes } from './dashboards.ts'
import { endpoints } from './endpoints.ts'
import openApi from './openapi.json' with { type: 'json' }
import { questionRoutes } from './questions.ts'
import { rulesRoutes } from './rules.ts'
import { openTurns } from './turns.ts'

/** Answers are what the document says: it is made from types, and nothing but this holds the types to the answers. */
let world: TestWorld
const routes = new Hono()
const ajv = new Ajv2020({ strict: false, schemas: [{ ...openApi, $id: 'openapi' }] })

beforeAll(async () => {
  world = await openSeededWorld()
  const nowUnixMs = (): number => seedEndMs
  const questions = questionRoutes({
    ruleGroups: () => [],
    slos: () => ({ slos: [], errors: [] }),
    query: world.query,
    status: () => Promise.reject(new Error('not asked here')),
    turns: openTurns({ atOnceMax: 4, waitingMax: 10 }),
    nowUnixMs,
    notifying: idleNotifying(nowUnixMs),
  })
  const made = new MadeRules({ directory: '', nowUnixMs, changed: async () => {} })
  const ask = async () => ({ error: 'not asked here' })
  const preview = { ask, askSearch: noSearches, externalUrl: () => '' }
  routes.route('/', questions)
  const dashboards = new MadeDashboards({ directory: '', nowUnixMs })
  const noFiles = async () => ({ dashboards: [], errors: [] })
  routes.route('/dashboards', dashboardsRoutes({ made: dashboards, files: noFiles }))
  routes.route('/rules', rulesRoutes({ rules: { made, groups: () => [], preview }, nowUnixMs }))
})
afterAll(() => world?.close())

const { status: _, ...asked } = endpoints
const inputs: Partial<Record<keyof typeof asked, string>> = {
  dashboard: 'id=http',
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
  backtest: 'expression=requests > 0',
  keys: 'signal=spans',
  values: 'signal=spans&key=service.name',
}

/** What takes no range: it knows its time, or is of now. */
const untimed = new Set(['trace', 'logContext', 'sql', 'notifications', 'slos', 'rules', 'dashboards', 'dashboard'])

test.each(Object.entries(asked))('%s answers as the document says', async (name, { path, answer }) => {
  const input = new URLSearchParams(Object.entries(inputs).find(([key]) => key === name)?.[1] ?? '')
  const url = path.replace(/:(\w+)/, (_, parameter: string) => {
    const value = input.get(parameter) ?? ''
    input.delete(parameter)
    return value
  })
  if (!untimed.has(name)) {
    input.set('from', String(seedStartMs))
    input.set('to', String(seedEndMs))
  }
  const response = await routes.request(`${url}?${input}`)
  const body: unknown = await response.json()
  expect(response.status, JSON.stringify(body)).toBe(200)
  const validate = ajv.getSchema(`openapi#/components/schemas/${answer}`)
  expect(validate?.(body), JSON.stringify(validate?.errors)).toBe(true)
})

const files = new Set(['/openapi.json', '/rules/export'])

test('every route of questions stands in the document, and no other', () => {
  const asked = routes.routes.filter(({ method, path }) => method === 'GET' && !files.has(path))
  const routed = asked.map(({ path }) => `/api/v1${path.replace(/:(\w+)/g, '{$1}')}`)
  expect(routed.toSorted()).toEqual(Object.keys(openApi.paths).toSorted())
})
