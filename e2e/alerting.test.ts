import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listen } from '../packages/sdk/src/testing/listen.ts'
import { keepScreenshot, type Look, openBrowser, openPage } from './browser.ts'
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

/** Half of everything fails, looked at each second. */
const slos = `
version: wakeline/v1
service: shop
slos:
  - name: jobs-succeed
    objective: 99.9
    plugins: { chain: [{ id: sloth.dev/contrib/rule_intervals/v1, config: { interval: { default: 1s } } }] }
    sli: { raw: { error_ratio_query: 'max(max_over_time(jobs_failing[{{.window}}]))' } }
    alerting: { name: JobsFail, absent_alert: { disable: true } }
`
const slosPath = join(folder, 'x-slos.yaml')

beforeAll(async () => {
  const url = `http://127.0.0.1:${await listen(receiver)}`
  writeFileSync(rulesPath, rules('TooMany', 'jobs:sum > 5'))
  writeFileSync(slosPath, slos)
  server = await startServer({
    flags: [
      '--rules',
      join(folder, '*.yml'),
      '--slos',
      slosPath,
      '--alertmanagers',
      url,
      '--alert-webhooks',
      `${url}/hook`,
    ],
  })
})

afterAll(async () => {
  await server.stop()
  receiver.close()
  rmSync(folder, { recursive: true })
})

type Sent = { to?: RunningServer; name?: string; labels?: Readonly<Record<string, string>> }

const send = (value: number, sent?: Sent): Promise<void> => sendPoints([{ asDouble: value }], sent)

type Point = { asDouble?: number; flags?: number; atMs?: number }

async function sendPoints(
  points: readonly Point[],
  { to = server, name = 'jobs_waiting', labels = {} }: Sent = {},
): Promise<void> {
  const attributesOf = (of: Readonly<Record<string, string>>) =>
    Object.entries(of).map(([key, stringValue]) => ({ key, value: { stringValue } }))
  const attributes = attributesOf(labels)
  const dataPoints = points.map(({ atMs = Date.now(), ...more }) => ({
    ...more,
    timeUnixNano: `${atMs}000000`,
    attributes,
  }))
  const resource = { attributes: attributesOf({ 'service.name': 'shop' }) }
  const scopeMetrics = [{ metrics: [{ name, gauge: { dataPoints } }] }]
  const body = JSON.stringify({ resourceMetrics: [{ resource, scopeMetrics }] })
  const headers = { 'Content-Type': 'application/json' }
  expect((await fetch(`${to.otlpHttp}/v1/metrics`, { method: 'POST', headers, body })).status).toBe(200)
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
async function ask<Answer>(path: string, of = server): Promise<Answer> {
  const answer = await fetch(`${of.ui}/prometheus/api/v1${path}`)
  expect(answer.status).toBe(200)
  return JSON.parse(await answer.text())
}
const askRules = () => ask<Rules>('/rules')
const query = (text: string) => ask<Vector>(`/query?query=${encodeURIComponent(text)}`)
const looks: Readonly<Record<string, Look>> = {
  light: { scheme: 'light', width: 1280, height: 800 },
  dark: { scheme: 'dark', width: 1280, height: 800 },
  'phone-light': { scheme: 'light', width: 320, height: 700 },
  'phone-dark': { scheme: 'dark', width: 400, height: 850 },
}
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
  expect(metrics).toMatch(
    /wakeline_notifier_messages_total\{integration="default\/webhook\[0\]",kind="webhook"\} [1-9]/,
  )
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

test('the page of alerts says what fires and how each rule does, on a phone, too', async () => {
  const browser = await openBrowser()
  try {
    for (const [name, look] of Object.entries(looks)) {
      const { page, complaints } = await openPage(browser, look)
      await page.goto(`${server.ui}/alerts`)
      const alerts = page.getByRole('region', { name: 'Alerts' })
      await alerts.getByText('shop has 12.35k waiting').waitFor()
      await alerts.getByRole('link', { name: 'Renamed' }).waitFor()
      const rules = page.getByRole('region', { name: 'Rules' })
      await rules.getByText('sum by (job) (jobs_waiting)').waitFor()
      expect(
        await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth'),
        name,
      ).toBeLessThanOrEqual(0)
      const nav =
        'Math.max(...[...document.querySelectorAll("nav a")].map((each) => each.scrollWidth - each.clientWidth))'
      expect(await page.evaluate<number>(nav), `${name}: names of pages are cut`).toBeLessThanOrEqual(0)
      await keepScreenshot(page, `alerts-${name}`)
      expect(complaints).toEqual([])
    }
  } finally {
    await browser.close()
  }
})

test('a rule made by the API asks the logs, fires, is seen on the page, and is gone when it is deleted; pages of others make none', async () => {
  const rule = {
    alert: 'CardsDeclined',
    search: '"card declined" | count by (service)',
    signal: 'logs',
    window: '10m',
    thresholds: [{ severity: 'warning', above: 1 }],
    annotations: { summary: '{{ $labels.service }}: {{ $value }} cards, more than {{ $threshold }}' },
    interval: '1s',
  }
  const api = (path: string, method: string, headers: Record<string, string> = {}) =>
    fetch(`${server.ui}/api/v1/rules${path}`, {
      method,
      headers: { 'Content-Type': 'application/json', ...headers },
      ...(method === 'POST' && { body: JSON.stringify({ rule }) }),
    })
  expect((await api('', 'POST', { Origin: 'http://elsewhere.example' })).status).toBe(403)
  const { id } = JSON.parse(await (await api('', 'POST')).text())
  const log = { body: { stringValue: 'card declined' }, timeUnixNano: `${Date.now()}000000` }
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] }
  const body = JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords: [log, log, log] }] }] })
  const headers = { 'Content-Type': 'application/json' }
  expect((await fetch(`${server.otlpHttp}/v1/logs`, { method: 'POST', headers, body })).status).toBe(200)
  const firing = async () => (await query('ALERTS{alertname="CardsDeclined"}')).data.result.map(({ metric }) => metric)
  await expect.poll(firing, patience).toMatchObject([{ alertstate: 'firing', service: 'shop', severity: 'warning' }])
  const told = await ask<{ data: { alerts: object[] } }>('/alerts')
  expect(told.data.alerts).toContainEqual(
    expect.objectContaining({ annotations: { summary: 'shop: 3 cards, more than 1' } }),
  )
  const browser = await openBrowser()
  try {
    const { page, complaints } = await openPage(browser, { scheme: 'light', width: 1280, height: 900 })
    await page.goto(`${server.ui}/alerts`)
    await page.getByRole('region', { name: 'Rules made here' }).getByRole('link', { name: 'CardsDeclined' }).click()
    await page.getByText('It would have fired').waitFor()
    await page.getByRole('textbox', { name: 'Threshold' }).fill('many')
    await page.getByText('Above is "many"').waitFor()
    expect(complaints.filter((each) => !each.includes('400'))).toEqual([])
  } finally {
    await browser.close()
  }
  expect((await api(`/${id}`, 'DELETE')).status).toBe(200)
  await expect.poll(firing, patience).toEqual([])
})

/** What `--alertmanagers` were told of an alert, the first first. */
const toldOf = (alertname: string): { annotations: Record<string, string>; endsAt: string }[] =>
  heard
    .filter(({ path }) => path === '/api/v2/alerts')
    .flatMap(({ body }) => JSON.parse(body))
    .filter(({ labels }) => labels.alertname === alertname)

test('what a regular series never did fires with its reason, is told of and seen on the page, and is resolved', async () => {
  // With the next look, five minutes on the clock apart, it is over: this test is to end before.
  const lookMs = 300_000
  const leftMs = lookMs - (Date.now() % lookMs)
  if (leftMs < 30_000) await new Promise((resolve) => setTimeout(resolve, leftMs))
  const [stepMs, pastMs] = [150_000, 3 * 86_400_000]
  const nowMs = Date.now()
  const past = Array.from({ length: pastMs / stepMs }, (_, i) => ({
    atMs: nowMs - pastMs + i * stepMs,
    asDouble: 100 + (i % 7),
  }))
  const queue = { name: 'queue_age', labels: { route: '/pay' } }
  await sendPoints(past, queue)
  await send(812, queue)
  // It is looked at every five minutes: the first look must find it.
  await expect.poll(async () => (await query('queue_age')).data.result[0]?.value[1], patience).toBe('812')
  const rule = { alert: 'QueueUnlikeBefore', expr: 'queue_age', novelty: 'up', keep_firing_for: '1s' }
  const path = join(folder, 'novel.yml')
  writeFileSync(path, JSON.stringify({ groups: [{ name: 'novel', interval: '1s', rules: [rule] }] }))
  server.child.kill('SIGHUP')
  const reason = /^812: the nearest value in 2d 23h .* is 106, 1\d+ % of the range seen away$/
  const is = { labels: { severity: 'ticket', route: '/pay' }, annotations: { reason: expect.stringMatching(reason) } }
  await expect.poll(() => toldOf(rule.alert)[0], patience).toMatchObject(is)
  await expect
    .poll(() => heard.some((each) => each.path === '/hook' && each.body.includes('the nearest value in')), patience)
    .toBe(true)
  const browser = await openBrowser()
  try {
    const { page, complaints } = await openPage(browser, { scheme: 'light', width: 1280, height: 900 })
    await page.goto(`${server.ui}/alerts`)
    await page.getByRole('region', { name: 'Alerts' }).getByText('812: the nearest value in').waitFor()
    await page.getByText('fires for what is above all that was seen').waitFor()
    expect(complaints).toEqual([])
  } finally {
    await browser.close()
  }
  // Where its program says that it is no more, the series ends at once.
  await sendPoints([{ flags: 1 }], queue)
  await expect.poll(() => Date.parse(toldOf(rule.alert).at(-1)?.endsAt ?? '') <= Date.now(), patience).toBe(true)
  await expect
    .poll(async () => (await query('ALERTS{alertname="QueueUnlikeBefore"}')).data.result, patience)
    .toEqual([])
  rmSync(path)
})

test('after a restart an alert goes on waiting where it was', async () => {
  const directory = join(folder, 'data')
  const minuteMs = 60_000
  const before = await startServer({ directory })
  await send(7, { to: before })
  const activeAt = Math.floor((Date.now() - 30 * minuteMs) / 1000)
  await send(activeAt, { to: before, name: 'ALERTS_FOR_STATE', labels: { alertname: 'Slow', severity: 'page' } })
  await before.stop()
  const path = join(directory, 'slow.yml')
  const slow = { alert: 'Slow', expr: 'jobs_waiting > 5', for: '1h', labels: { severity: 'page' } }
  writeFileSync(path, JSON.stringify({ groups: [{ name: 'slow', interval: '1s', rules: [slow] }] }))
  const after = await startServer({ directory, flags: ['--rules', path] })
  try {
    const waitedMinutes = async (): Promise<number> => {
      const { data } = await ask<{ data: { alerts: { activeAt: string }[] } }>('/alerts', after)
      return (Date.now() - Date.parse(data.alerts[0]?.activeAt ?? new Date().toISOString())) / minuteMs
    }
    await expect.poll(waitedMinutes, patience).toBeGreaterThan(29)
  } finally {
    await after.stop()
  }
})

test('an objective burns, its page fires, and the page of SLOs shows both', async () => {
  await send(0.5, { name: 'jobs_failing' })
  const askSlos = async () => JSON.parse(await (await fetch(`${server.ui}/api/v1/slos`)).text())
  await expect
    .poll(async () => (await askSlos()).slos[0], patience)
    .toMatchObject({
      id: 'shop-jobs-succeed',
      budgetLeft: expect.closeTo(-499),
      exhaustedInMs: 0,
      alerts: [
        { name: 'JobsFail', severity: 'page', state: 'firing' },
        { name: 'JobsFail', severity: 'ticket', state: 'firing' },
      ],
    })
  const browser = await openBrowser()
  try {
    for (const name of ['light', 'phone-dark']) {
      const { page, complaints } = await openPage(browser, looks[name])
      await page.goto(`${server.ui}/slos`)
      const slo = page.getByRole('region', { name: 'shop-jobs-succeed' })
      await slo.getByText('✕ missed').waitFor(patience)
      await slo.getByText('▲ burns').first().waitFor(patience)
      expect(
        await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth'),
        name,
      ).toBeLessThanOrEqual(0)
      await keepScreenshot(page, `slos-${name}`)
      expect(complaints).toEqual([])
    }
  } finally {
    await browser.close()
  }
})
