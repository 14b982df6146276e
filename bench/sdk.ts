import { spawnSync } from 'node:child_process'
import { openSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildSdk } from '../packages/sdk/build.ts'

/** One measured figure. */
export interface Row {
  readonly name: string
  readonly value: number
  readonly unit: 'ns/op' | 'ms' | 'kB'
  readonly note: string
}

const rounds = 5
const chunkTimes = 20_000

/**
 * What the SDK costs per operation, measured on what is published (the minified build) in processes of their own.
 * Each figure is the median of some rounds; stdout of the log rows is /dev/null.
 */
export async function benchSdk(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'wakeline-bench-'))
  try {
    await buildSdk(folder)
    const entry = pathToFileURL(join(folder, 'index.js')).href
    const rows = Object.entries(operations).map(([name, operation]) => measure(name, operation, entry))
    return [...rows, startUp(folder, entry)]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface Operation {
  readonly setUp: string
  readonly run: string
  readonly times: number
  readonly note: string
}

const labels = `{ method: 'GET', route: '/users/:id', status: 200 }`
const line = `{ orderId: 12345, customer: 'c-991', amount: 12.5, currency: 'EUR', cached: false }`

const operations: Record<string, Operation> = {
  'span, 5 attributes, to OTLP bytes': {
    setUp: `const attributes = { 'order.id': 12345, 'customer.id': 'c-991', amount: 12.5, currency: 'EUR', cached: false }`,
    run: `trace('load order', attributes, noop)`,
    times: 100_000,
    note: 'trace() with its context, sampled, encoded',
  },
  'log line, 5 fields, trace ids, to /dev/null': {
    setUp: '',
    run: `log.info('order paid', ${line})`,
    times: 100_000,
    note: 'inside a span; JSON line only',
  },
  'log line, 5 fields, trace ids, JSON and OTLP': {
    setUp: '',
    run: `log.info('order paid', ${line})`,
    times: 100_000,
    note: 'inside a span; JSON line and OTLP bytes',
  },
  'disabled log call': { setUp: '', run: `log.debug('order paid', fields)`, times: 1_000_000, note: 'below the level' },
  'counter, 3 labels, by name': {
    setUp: `const counter = meter.counter('c'); let i = 0`,
    run: `counter.add(1, ${labels})`,
    times: 1_000_000,
    note: 'a new object each call',
  },
  'counter, 3 labels, by handle': {
    setUp: `const counter = meter.counter('c').with(${labels})`,
    run: `counter.add(1)`,
    times: 1_000_000,
    note: 'bound once',
  },
  'histogram, by handle': {
    setUp: `const histogram = meter.histogram('h', { unit: 's' }).with(${labels}); let v = 0`,
    run: `v = v > 1 ? 0 : v + 0.001; histogram.record(v)`,
    times: 1_000_000,
    note: '14 boundaries',
  },
}

/** What was recorded is sent to a receiver in the same process between the timed parts: only recording is measured. */
function script(operation: Operation, entry: string, name: string): string {
  const chunk = Math.min(operation.times, chunkTimes)
  return `
import { createServer } from 'node:http'
import { flush, start, log, meter, trace } from '${entry}'
const server = createServer((request, response) => { request.resume(); request.on('end', () => response.end()) }).listen(0, '127.0.0.1')
await new Promise((resolve) => server.on('listening', resolve))
start({ serviceName: 'bench', endpoint: 'http://127.0.0.1:' + server.address().port, logOutput: 'json', handleSignals: false,
  bufferMaxBytes: 67108864, batchMaxBytes: 16777216, batchDelayMs: 600000, export: { logs: ${!name.endsWith('/dev/null')} },
  instrument: { process: false, httpServer: false, httpClient: false, fetch: false } })
const noop = () => {}
const fields = ${line}
${operation.setUp}
const loop = (n) => { for (let k = 0; k < n; k++) { ${operation.run} } }
const round = async () => {
  let ms = 0
  for (let done = 0; done < ${operation.times}; done += ${chunk}) {
    const startMs = performance.now()
    loop(${chunk})
    ms += performance.now() - startMs
    await flush()
  }
  return (ms * 1e6) / ${operation.times}
}
const found = await trace('around', async () => {
  await round()
  const figures = []
  for (let i = 0; i < ${rounds}; i++) figures.push(await round())
  return figures.sort((a, b) => a - b)
})
process._rawDebug(JSON.stringify(found))
process.kill(process.pid, 'SIGKILL')
`
}

function measure(name: string, operation: Operation, entry: string): Row {
  const nowhere = openSync('/dev/null', 'w')
  const args = ['--input-type=module', '-e', script(operation, entry, name)]
  const ran = spawnSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', nowhere, 'pipe'] })
  const found = /^\[.*\]$/m.exec(ran.stderr)?.[0]
  if (found === undefined) throw new Error(`Cannot measure ${name}: ${ran.stderr}`)
  const sorted: number[] = JSON.parse(found)
  return { name, value: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN, unit: 'ns/op', note: operation.note }
}

/** Wall time of `node app.mjs` with import and start(), less the same without. */
function startUp(folder: string, entry: string): Row {
  const code = `import { start } from '${entry}'\nstart({ serviceName: 'x', endpoint: 'http://127.0.0.1:1', exitTimeoutMs: 0 })\nprocess.reallyExit(0)`
  const time = (text: string) => {
    const startMs = performance.now()
    spawnSync(process.execPath, ['--input-type=module', '-e', text], { cwd: folder })
    return performance.now() - startMs
  }
  const bare: number[] = []
  const ours: number[] = []
  for (let i = 0; i < 15; i++) {
    bare.push(time('process.reallyExit(0)'))
    ours.push(time(code))
  }
  const median = (values: number[]) => values.sort((a, b) => a - b)[7] ?? Number.NaN
  return {
    name: 'start-up over bare (target 25 ms)',
    value: median(ours) - median(bare),
    unit: 'ms',
    note: `bare ${median(bare).toFixed(1)} ms`,
  }
}
