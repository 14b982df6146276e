import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listen } from '../packages/sdk/src/testing/listen.ts'
import { type RunningServer, startServer } from './server.ts'

/** Rules given to a real server: evaluated, stored as series, told to receivers, and read again when their file changes. */
const folder = mkdtempSync(join(tmpdir(), 'wakeline-rules-'))
const rulesPath = join(folder, 'web.yml')
const heard: { path: string; body: string }[] = []
const receiver = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  heard.push({ path: request.url ?? '', body })
  response.end()
})
let server: RunningServer

const rules = (name: string, expr: string): string => `
groups:
  - name: web
    interval: 1s
    rules:
      - record: jobs:sum
        expr: sum by (job) (jobs_waiting)
      - alert: ${name}
        expr: ${expr}
        labels: { severity: page }
        annotations: { summary: '{{ $labels.job }} has {{ $value | humanize }} waiting' }
`

beforeAll(async () => {
  const url = `http://127.0.0.1:${await listen(receiver)}`
  writeFileSync(rulesPath, rules('TooMany', 'jobs:sum > 5'))
  server = await startServer({
    flags: ['--rules', join(folder, '*.yml'), '--alertmanagers', url, '--alert-webhooks', `${url}/hook`],
  })
})

afterAll(async () => {
  await server.stop()
  receiver.close()
  rmSync(folder, { recursive: true })
})

async function send(value: number): Promise<void> {
  const metric = {
    name: 'jobs_waiting',
    gauge: { dataPoints: [{ asDouble: value, timeUnixNano: `${Date.now()}000000` }] },
  }
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] }
  const body = JSON.stringify({ resourceMetrics: [{ resource, scopeMetrics: [{ metrics: [metric] }] }] })
  const headers = { 'Content-Type': 'application/json' }
  expect((await fetch(`${server.otlpHttp}/v1/metrics`, { method: 'POST', headers, body })).status).toBe(200)
}

type Rules = {
  data: {
    groups: {
      name: string
      file: string
      rules: { name: string; state?: string; health: string; lastError?: string }[]
    }[]
  }
}
type Vector = { data: { result: { metric: Record<string, string>; value: [number, string] }[] } }
async function ask<Answer>(path: string): Promise<Answer> {
  const answer = await fetch(`${server.ui}/prometheus/api/v1${path}`)
  expect(answer.status).toBe(200)
  return JSON.parse(await answer.text())
}
const askRules = () => ask<Rules>('/rules')
const query = (text: string) => ask<Vector>(`/query?query=${encodeURIComponent(text)}`)
const patience = { timeout: 60_000 }

test('an alert fires, is a series, and everyone is told; what was recorded can be asked for', async () => {
  await send(12_345)
  await expect
    .poll(async () => (await askRules()).data.groups[0]?.rules.map(({ health, state }) => [health, state]), patience)
    .toEqual([
      ['ok', undefined],
      ['ok', 'firing'],
    ])
  const alerts = await ask<{ data: { alerts: object[] } }>('/alerts')
  expect(alerts.data.alerts).toMatchObject([
    {
      state: 'firing',
      value: '1.2345e+04',
      labels: { alertname: 'TooMany', job: 'shop', severity: 'page' },
      annotations: { summary: 'shop has 12.35k waiting' },
    },
  ])
  const told = (path: string) => heard.filter((each) => each.path === path).map(({ body }) => JSON.parse(body))
  await expect
    .poll(() => told('/api/v2/alerts')[0], patience)
    .toMatchObject([
      {
        labels: { alertname: 'TooMany', job: 'shop' },
        generatorURL: expect.stringContaining(`${server.ui}/query?promql=jobs%3Asum`),
      },
    ])
  await expect.poll(() => told('/hook')[0], patience).toMatchObject({ version: '4', status: 'firing' })
  await expect
    .poll(async () => (await query('ALERTS{alertname="TooMany"}')).data.result.map(({ metric }) => metric), patience)
    .toContainEqual({ __name__: 'ALERTS', alertname: 'TooMany', alertstate: 'firing', job: 'shop', severity: 'page' })
  expect((await query('jobs:sum')).data.result).toMatchObject([
    { metric: { job: 'shop' }, value: [expect.anything(), '12345'] },
  ])
  const metrics = await (await fetch(`${server.ui}/metrics`)).text()
  expect(metrics).toContain('wakeline_alerts{state="firing"} 1\n')
  expect(metrics).toMatch(/wakeline_notifications_sent_total\{kind="webhook",url=".*\/hook"\} [1-9]/)
})

test('a file with a mistake is told of while its last good version goes on, and one that is mended is taken over', async () => {
  writeFileSync(rulesPath, rules('Renamed', 'jobs:sum >'))
  await expect.poll(() => server.output(), patience).toMatch(/web\.yml:9:\d+: the expression is not PromQL/)
  expect((await askRules()).data.groups[0]?.rules[1]).toMatchObject({ name: 'TooMany' })
  writeFileSync(rulesPath, rules('Renamed', 'jobs:sum > 5'))
  await expect
    .poll(async () => (await askRules()).data.groups[0]?.rules[1], patience)
    .toMatchObject({ name: 'Renamed', state: 'firing' })
  await expect.poll(async () => (await query('ALERTS{alertname="TooMany"}')).data.result, patience).toEqual([])
})

test('filters and pages are those of Prometheus', async () => {
  const rulesOf = (search: string) => ask<Rules>(`/rules?${search}`)
  expect((await rulesOf('type=record')).data.groups[0]?.rules.map(({ name }) => name)).toEqual(['jobs:sum'])
  expect((await rulesOf('rule_name[]=none')).data.groups).toEqual([])
  expect((await rulesOf('match[]={severity="page"}')).data.groups[0]?.rules.map(({ name }) => name)).toEqual([
    'Renamed',
  ])
  expect((await rulesOf('group_limit=1')).data.groups).toHaveLength(1)
})
