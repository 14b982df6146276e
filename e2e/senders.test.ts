import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { LogsAnswer, TraceAnswer } from '@wakeline/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { installPeers } from './install-peers.ts'
import { cleanEnv, eventually, freePort, lastMinutes, type RunningServer, root, startServer } from './server.ts'

/** Senders that others wrote, unmodified, against the running server. One that is not installed is said and skipped. */

const nodeExporter = 'prometheus-node-exporter'
const isHere = (program: string): boolean =>
  ['/usr/sbin', '/usr/bin'].some((folder) => existsSync(join(folder, program)))
/** Debian's own: another in front of it does not see its packages. */
const python = '/usr/bin/python3'
const hasPython = spawnSync(python, ['-c', 'import grpc, google.protobuf']).status === 0 && isHere('protoc')
for (const [name, isThere] of Object.entries({
  [nodeExporter]: isHere(nodeExporter),
  rsyslogd: isHere('rsyslogd'),
  'python3-grpcio and protoc': hasPython,
}))
  if (!isThere) console.warn(`Skipped: ${name} is not installed`)

let folder: string
let peers: string
let server: RunningServer
let exporterPort: number
let syslogPort: number
const children: ChildProcess[] = []

beforeAll(async () => {
  peers = installPeers('senders')
  folder = await mkdtemp(join(tmpdir(), 'wakeline-senders-'))
  exporterPort = await freePort()
  syslogPort = await freePort()
  const config = {
    global: { scrape_interval: '1s' },
    scrape_configs: [
      {
        job_name: 'node',
        static_configs: [{ targets: [`127.0.0.1:${exporterPort}`], labels: { env: 'test' } }],
        metric_relabel_configs: [
          { source_labels: ['__name__'], regex: 'node_filesystem_.*', action: 'drop' },
          { source_labels: ['cpu'], regex: '(.+)', target_label: 'core', replacement: 'c$1' },
        ],
      },
    ],
  }
  await writeFile(join(folder, 'scrape.yml'), JSON.stringify(config))
  server = await startServer({
    flags: ['--scrape-config', join(folder, 'scrape.yml'), '--syslog-address', `127.0.0.1:${syslogPort}`],
  })
}, 120_000)

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

/** Not `spawnSync`: while it waits, connections that are kept grow stale unseen. */
async function run(program: string, argv: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const options = { env: { ...cleanEnv(), ...env }, cwd: root, timeout: 60_000 }
  const { stdout, stderr } = await promisify(execFile)(program, argv, options)
  expect(stderr).toBe('')
  return stdout.trim()
}

function logsOf(service: string): Promise<LogsAnswer['records']> {
  const ask = async () => (await server.ask<LogsAnswer>(`/logs?q=service:${service}&${lastMinutes()}`)).records
  return eventually(ask, (logs) => logs.length >= 2)
}

/** Of a trace that may not be there yet, which is an error to the API. */
function spansOf(traceId: string): Promise<TraceAnswer['spans']> {
  const ask = () =>
    server.ask<TraceAnswer>(`/traces/${traceId}`).then(
      ({ spans }) => spans,
      () => [],
    )
  return eventually(ask, (spans) => spans.length > 0)
}

async function query(
  text: string,
  base = `${server.ui}/prometheus`,
): Promise<{ metric: Record<string, string>; value: [number, string] }[]> {
  const response = await fetch(`${base}/api/v1/query?query=${encodeURIComponent(text)}`)
  const { data }: { data: { result: { metric: Record<string, string>; value: [number, string] }[] } } = JSON.parse(
    await response.text(),
  )
  return data.result
}

/** The series of the node exporter here, once they have settled. */
function scrapedHere(): Promise<string[]> {
  return eventually(
    () => seriesOf(`${server.ui}/prometheus`),
    (series) => series.length > 100,
  )
}

/** The same by Debian's Prometheus, from the same configuration. */
async function scrapedThere(): Promise<string[]> {
  const port = await freePort()
  const argv = [`--storage.tsdb.path=${join(folder, 'data')}`, `--web.listen-address=127.0.0.1:${port}`]
  const there = spawn('prometheus', [`--config.file=${join(folder, 'scrape.yml')}`, ...argv], { stdio: 'ignore' })
  children.push(there)
  const ask = () => seriesOf(`http://127.0.0.1:${port}`).catch(() => [])
  const series = await eventually(ask, (found) => found.length > 100)
  there.kill('SIGKILL')
  return series
}

/** Bounds are written `1` by Prometheus 2 and `1.0` since 3. */
async function seriesOf(base: string): Promise<string[]> {
  const bounds = (name: string, value: string) => (name === 'le' || name === 'quantile' ? String(Number(value)) : value)
  const labels = (metric: Record<string, string>) =>
    Object.entries(metric)
      .sort()
      .map(([name, value]) => `${name}=${bounds(name, value)}`)
  return (await query('{job="node"}', base)).map(({ metric }) => labels(metric).join(' ')).sort()
}

test.each(['proto', 'http', 'grpc'])(
  "OpenTelemetry's own exporters over %s: spans, logs and metrics arrive as they were",
  async (transport) => {
    const service = `otel-${transport}`
    const endpoint = transport === 'grpc' ? server.otlpGrpc : server.otlpHttp
    const traceId = await run('node', [join(peers, 'otel.mjs'), transport, endpoint, service])
    const spans = await spansOf(traceId)
    expect(spans).toMatchObject([
      {
        name: 'pay',
        service,
        attributes: { 'order.id': { int: '42' }, big: true, ratio: 0.5, list: ['a', 'b'] },
        events: [{ name: 'declined' }],
      },
    ])
    const logs = await eventually(
      async () => (await server.ask<LogsAnswer>(`/logs?q=service:${service}&${lastMinutes()}`)).records,
      (found) => found.length > 0,
    )
    expect(logs).toMatchObject([{ body: 'card declined', severity: 17, traceId }])
    const name = `{__name__=~"paid_orders.*|pay_duration.*", job="${service}"}`
    const series = await eventually(
      () => query(name),
      (found) => new Set(found.map(({ metric }) => metric['__name__']?.slice(0, 4))).size > 1,
    )
    expect(series.find(({ metric }) => metric['__name__']?.startsWith('paid_orders'))?.value[1]).toBe('3')
    expect(series.find(({ metric }) => metric['__name__'] === 'pay_duration_seconds_count')?.value[1]).toBe('1')
  },
)

test.skipIf(!hasPython)(
  'a Python client over gRPC, in gzip: what is right is stored, and what is not is told',
  async () => {
    await run('protoc', [`--proto_path=${join(root, 'e2e/fixtures')}`, `--python_out=${folder}`, 'otlp-subset.proto'])
    const traceId = randomBytes(16).toString('hex')
    const told = await run(
      python,
      [join(root, 'e2e/fixtures/python-grpc.py'), new URL(server.otlpGrpc).host, traceId],
      {
        PYTHONPATH: folder,
      },
    )
    expect(told).toMatch(/^1 Cannot store a span: its trace id has 0 bytes/)
    const spans = await spansOf(traceId)
    expect(spans).toMatchObject([{ name: 'from python', service: 'python', attributes: { n: { int: '7' } } }])
  },
)

test('pino-opentelemetry-transport', async () => {
  await run('node', [join(peers, 'pino.mjs')], {
    OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${server.otlpHttp}/v1/logs`,
    OTEL_RESOURCE_ATTRIBUTES: 'service.name=pino-otel',
    OTEL_BLRP_SCHEDULE_DELAY: '100',
  })
  const logs = await logsOf('pino-otel')
  expect(logs.map(({ body, severity }) => [body, severity]).sort()).toEqual([
    ['card declined', 17],
    ['stock is low', 13],
  ])
})

test('winston-loki', async () => {
  await run('node', [join(peers, 'winston.mjs'), server.otlpHttp, 'winston-app'])
  const logs = await logsOf('winston-app')
  expect(logs.map(({ severity }) => severity).sort()).toEqual([13, 17])
})

test.skipIf(!isHere('rsyslogd'))('rsyslog forwards in RFC 5424 over TCP', async () => {
  const port = await freePort()
  const path = join(folder, 'rsyslog.conf')
  await writeFile(
    path,
    `global(workDirectory="${folder}")
module(load="imudp")
input(type="imudp" address="127.0.0.1" port="${port}")
*.* action(type="omfwd" target="127.0.0.1" port="${syslogPort}" protocol="tcp" template="RSYSLOG_SyslogProtocol23Format" TCP_Framing="octet-counted")
`,
  )
  children.push(spawn('rsyslogd', ['-n', '-f', path, '-i', join(folder, 'rsyslog.pid')], { stdio: 'ignore' }))
  const udp = createSocket('udp4')
  const say = (text: string) => new Promise((resolve) => udp.send(text, port, '127.0.0.1', resolve))
  const ask = async () => {
    // rsyslog says nothing when it is ready, so it is told until it tells us.
    await say(
      `<11>${new Date().toString().slice(4, 10)} ${new Date().toTimeString().slice(0, 8)} host billing[42]: card declined`,
    )
    return (await server.ask<LogsAnswer>(`/logs?q=service:billing&${lastMinutes()}`)).records
  }
  const [log] = await eventually(ask, (logs) => logs.length > 0)
  udp.close()
  expect(log).toMatchObject({ body: 'card declined', severity: 17, attributes: { 'process.pid': { int: '42' } } })
})

test.skipIf(!isHere('logger'))('logger sends in either form of syslog, over TCP and UDP', async () => {
  const to = ['--server', '127.0.0.1', '--port', String(syslogPort), '--tag', 'logger-app', '--priority', 'user.err']
  await run('logger', [...to, '--tcp', '--rfc5424', '--octet-count', '--sd-id', 'a@1', '--sd-param', 'b="c"', 'first'])
  await run('logger', [...to, '--tcp', '--rfc3164', 'second'])
  await run('logger', [...to, '--udp', '--rfc3164', 'third'])
  const logs = await eventually(
    async () => (await server.ask<LogsAnswer>(`/logs?q=service:logger-app&${lastMinutes()}`)).records,
    (found) => found.length >= 3,
  )
  expect(logs.map(({ body, severity }) => [body, severity]).sort()).toEqual([
    ['first', 17],
    ['second', 17],
    ['third', 17],
  ])
  expect(logs.find(({ body }) => body === 'first')?.attributes).toMatchObject({ 'a@1.b': 'c' })
})

test.skipIf(!isHere(nodeExporter))(
  'prometheus-node-exporter is scraped, and when it is gone its series end at once',
  async () => {
    expect(
      await eventually(
        () => query('up{job="node"}'),
        (found) => found[0]?.value[1] === '0',
      ),
    ).toMatchObject([{ value: [expect.anything(), '0'] }])
    const exporter = spawn(nodeExporter, [`--web.listen-address=127.0.0.1:${exporterPort}`], { stdio: 'ignore' })
    children.push(exporter)
    await eventually(
      () => query('up{job="node"}'),
      (found) => found[0]?.value[1] === '1',
    )
    const exposed = await (await fetch(`http://127.0.0.1:${exporterPort}/metrics`)).text()
    const samples = exposed.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    const scraped = await eventually(
      () => query('scrape_samples_scraped{job="node"}'),
      (found) => Number(found[0]?.value[1]) > 0,
    )
    expect(Math.abs(Number(scraped[0]?.value[1]) - samples.length)).toBeLessThan(samples.length / 10)
    const cpus = samples.filter((line) => line.startsWith('node_cpu_seconds_total{'))
    expect(
      await eventually(
        () => query('node_cpu_seconds_total'),
        (found) => found.length >= cpus.length,
      ),
    ).toHaveLength(cpus.length)
    if (isHere('prometheus')) expect(await scrapedHere()).toEqual(await scrapedThere())
    const targets = async () => (await fetch(`${server.ui}/prometheus/api/v1/targets`)).text()
    // A machine that is busy may make a scrape late.
    const answer = await eventually(targets, (text) => text.includes('"health":"up"'))
    expect(JSON.parse(answer)).toMatchObject({
      status: 'success',
      data: {
        activeTargets: [
          {
            ...{ health: 'up', scrapePool: 'node', scrapeInterval: '1s' },
            labels: { env: 'test', instance: `127.0.0.1:${exporterPort}`, job: 'node' },
          },
        ],
      },
    })
    exporter.kill('SIGKILL')
    // A scrape from before, which was late on a busy machine, may still come in: what is said last is waited for.
    const both = async () => [await query('up{job="node"}'), await query('node_load1')] as const
    const [up, load] = await eventually(both, ([up, load]) => up[0]?.value[1] === '0' && load.length === 0)
    expect(up).toMatchObject([{ value: [expect.anything(), '0'] }])
    expect(load).toEqual([])
  },
)
