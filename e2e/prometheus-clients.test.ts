import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser } from './browser.ts'
import { installPeers } from './install-peers.ts'
import { isInstalled } from './prometheus-over.ts'
import { eventually, freePort, type RunningServer, root, startServer } from './server.ts'

/** Clients of Prometheus that nobody here wrote, unmodified, against our API. (npm's `prometheus-query` is in the unit tests.) */
let server: RunningServer
let folder: string
const hasPromtool = isInstalled('promtool')
const hasVmalert = isInstalled('vmalert')
const corpus = join(root, '../shared/data/alert-rules/corpus')
if (!hasPromtool) console.warn('promtool is not installed (package prometheus): its tests are skipped')
if (!hasVmalert) console.warn('vmalert is not installed (package victoria-metrics): its test is skipped')

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wakeline-clients-'))
  server = await startServer()
  const response = await fetch(`${server.otlpHttp}/v1/metrics`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(metrics(Date.now())),
  })
  expect(response.status).toBe(200)
  await eventually(
    () => promApi<unknown[]>('/query?query=visits_total'),
    ({ data }) => JSON.stringify(data).includes('visits_total'),
  )
})
afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Two routes, a point every second for the last minute. */
function metrics(nowMs: number): object {
  const nano = (ms: number): string => `${ms}000000`
  const dataPoints = ['/cart', '/pay'].flatMap((route, which) =>
    Array.from({ length: 60 }, (_, i) => ({
      attributes: [{ key: 'http.route', value: { stringValue: route } }],
      startTimeUnixNano: nano(nowMs - 120_000),
      timeUnixNano: nano(nowMs - 60_000 + i * 1000),
      asDouble: i * (which + 1),
    })),
  )
  const sum = { dataPoints, aggregationTemporality: 2, isMonotonic: true }
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] }
  return { resourceMetrics: [{ resource, scopeMetrics: [{ metrics: [{ name: 'visits', sum }] }] }] }
}

async function promApi<Data>(path: string): Promise<{ data: Data }> {
  const response = await fetch(`${server.ui}/prometheus/api/v1${path}`)
  return JSON.parse(await response.text())
}

const promtool = async (...argv: string[]): Promise<string[]> =>
  (await promisify(execFile)('promtool', ['query', ...argv])).stdout.trim().split('\n')

test.skipIf(!hasPromtool)('promtool asks for a moment, a range, series and values of labels', async () => {
  const url = `${server.ui}/prometheus`
  expect(await promtool('instant', url, 'sum by (job) (visits_total)')).toEqual([
    expect.stringMatching(/^\{job="shop"\} => 177 @\[/),
  ])
  const now = Math.floor(Date.now() / 1000)
  const range = await promtool('range', `--start=${now - 300}`, `--end=${now}`, '--step=1s', url, 'visits_total')
  expect(range).toContain('visits_total{http_route="/pay", job="shop"} =>')
  expect(range.length).toBeGreaterThan(100)
  expect(await promtool('series', '--match=visits_total', url)).toEqual([
    '{__name__="visits_total", http_route="/cart", job="shop"}',
    '{__name__="visits_total", http_route="/pay", job="shop"}',
  ])
  expect(await promtool('labels', url, 'http_route')).toEqual(['/cart', '/pay'])
  await expect(promtool('instant', url, 'sum(')).rejects.toThrow(/unexpected end of input|parse error/)
})

test.skipIf(!hasVmalert || !existsSync(corpus))(
  'vmalert evaluates hundreds of real rules, and its alerts come back as series',
  async () => {
    const rules = join(folder, 'rules.yml')
    const rule = { alert: 'Visited', expr: 'sum by (job) (visits_total) > 100', labels: { severity: 'page' } }
    const recorded = { record: 'job:visits:sum', expr: 'sum by (job) (visits_total)' }
    writeFileSync(rules, JSON.stringify({ groups: [{ name: 'own', rules: [rule, recorded] }] }))
    const address = `127.0.0.1:${await freePort()}`
    const notified = await startNotified()
    let output = ''
    const vmalert = spawn('vmalert', [
      `-datasource.url=${server.ui}/prometheus`,
      `-remoteWrite.url=${server.otlpHttp}`,
      `-rule=${rules}`,
      `-rule=${corpus}/*.yml`,
      `-notifier.url=${notified.url}`,
      '-evaluationInterval=2s',
      `-httpListenAddr=${address}`,
      '-loggerLevel=WARN',
    ])
    for (const stream of [vmalert.stdout, vmalert.stderr]) stream.on('data', (chunk) => (output += chunk))
    try {
      const counts = await eventually(
        () => countsOf(address),
        ({ groups, evaluated }) => groups > 50 && evaluated === groups,
        60_000,
      )
      expect(counts).toMatchObject({ evaluated: counts.groups, failing: [] })
      expect(counts.groups).toBeGreaterThan(50)
      const alerts = await eventually(
        () => promApi<{ result: unknown[] }>(`/query?query=${encodeURIComponent('ALERTS{alertname="Visited"}')}`),
        ({ data }) => data.result.length > 0,
      )
      expect(alerts.data.result).toEqual([
        expect.objectContaining({
          metric: expect.objectContaining({
            __name__: 'ALERTS',
            alertname: 'Visited',
            alertstate: 'firing',
            job: 'shop',
          }),
        }),
      ])
      expect(
        await eventually(
          async () => notified.bodies.join(),
          (text) => text.includes('Visited'),
        ),
      ).toContain('"severity":"page"')
      // Only of what it was not kept from: questions that are on their way when it ends fail.
      expect(output).not.toMatch(/\berror\b/i)
    } finally {
      await ended(vmalert)
      notified.close()
    }
  },
)

/** Stands where an Alertmanager would, and keeps what it is sent. */
async function startNotified(): Promise<{ url: string; bodies: string[]; close(): void }> {
  const bodies: string[] = []
  const notified = createServer((request, response) => {
    request.on('data', (chunk) => bodies.push(String(chunk)))
    request.on('end', () => response.end('{}'))
  })
  const port = await freePort()
  notified.listen(port, '127.0.0.1')
  await once(notified, 'listening')
  return { url: `http://127.0.0.1:${port}`, bodies, close: () => void notified.close() }
}

type Counts = { groups: number; evaluated: number; failing: string[] }

async function countsOf(address: string): Promise<Counts> {
  const text = await fetch(`http://${address}/metrics`).then(
    (response) => response.text(),
    () => '',
  )
  const lines = text.split('\n')
  const iterations = lines.filter((line) => line.startsWith('vmalert_iteration_total'))
  const failing = lines.filter((line) => /^vmalert_(alerting|recording)_rules_error\{.* 1$/.test(line))
  return { groups: iterations.length, evaluated: iterations.filter((line) => !line.endsWith(' 0')).length, failing }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  child.kill()
  await once(child, 'exit')
}

test("Prometheus' own editor completes names, labels and values from our API in a browser", async () => {
  const peers = installPeers('promql-editor')
  const bundle = await rolldown({ input: join(peers, 'editor.mjs'), platform: 'browser' })
  const { output } = await bundle.generate({ format: 'iife' })
  await bundle.close()
  const browser = await openBrowser()
  try {
    const page = await browser.newPage()
    // Served from our own origin: a page of another one cannot read our API.
    await page.route('**/editor-of-others', (route) =>
      route.fulfill({ contentType: 'text/html', body: `<body></body><script>${output[0].code}</script>` }),
    )
    await page.goto(`${server.ui}/editor-of-others`)
    const completionsOf = (text: string, wanted: string): Promise<string[]> =>
      page.evaluate(`window.completionsOf(${JSON.stringify(text)}, ${JSON.stringify(wanted)})`)
    expect(await completionsOf('vis|', 'visits_total')).toContain('visits_total')
    expect(await completionsOf('visits_total{|}', 'http_route')).toContain('http_route')
    expect(await completionsOf('visits_total{http_route="|"}', '/pay')).toEqual(
      expect.arrayContaining(['/cart', '/pay']),
    )
    expect(await completionsOf('sum by (|) (visits_total)', 'job')).toContain('job')
  } finally {
    await browser.close()
  }
})
