import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { listen } from '../../packages/sdk/src/testing/listen.ts'
import { costRow, median, type Row, rateRow } from '../rows.ts'
import { peersFolder } from './peers.ts'

type Framework = 'http' | 'express'
type Observed = 'bare' | 'ours' | 'automatic' | 'peers'

interface Measured {
  readonly perSecond: number
  readonly cpuMicroseconds: number
}

/** One round of a server, and the mean of the bare one's rounds before and after it. */
interface Round {
  readonly found: Measured
  readonly bare: Measured
}

const sets: readonly Observed[] = ['ours', 'automatic', 'peers']
const connections = 32
/** Short and many: what else the machine does changes slowly, and spoils a few rounds, not their median. */
const rounds: Readonly<Record<Observed, number>> = { bare: 0, ours: 11, automatic: 5, peers: 3 }
const roundSeconds = 1
const preload = ['--require', '@opentelemetry/auto-instrumentations-node/register']

/**
 * Requests per second of a server that answers a few bytes: bare, with the SDK and its middleware, with the SDK alone
 * (no line a request), and with OpenTelemetry's auto-instrumentations, pino and prom-client. Each is loaded in turn,
 * between two rounds of the bare one: a ratio is the median over the rounds, each against its two neighbours. The rows that
 * only inform have fewer rounds.
 */
export async function benchHttp(framework: Framework, folder: string): Promise<Row[]> {
  const sink = await openSink()
  try {
    return await benchFramework(framework, folder, sink.url)
  } finally {
    sink.server.close()
    sink.server.closeAllConnections()
  }
}

async function benchFramework(framework: Framework, folder: string, endpoint: string): Promise<Row[]> {
  const start = (set: Observed) => startServer(set, framework, folder, endpoint)
  const bare = await start('bare')
  const others = await Promise.all(sets.map(start))
  try {
    for (const { port } of [bare, ...others]) await load(port, 2)
    let before = await measure(bare)
    for (let i = 0; i < rounds.ours; i++) {
      for (const other of others.filter(({ set }) => i < rounds[set])) {
        const found = await measure(other)
        const after = await measure(bare)
        const mean = (name: keyof Measured) => (before[name] + after[name]) / 2
        other.rounds.push({ found, bare: { perSecond: mean('perSecond'), cpuMicroseconds: mean('cpuMicroseconds') } })
        before = after
      }
    }
    return others.flatMap(({ set, rounds }) => rowsOf(set, framework, rounds))
  } finally {
    for (const { child } of [bare, ...others]) child.kill('SIGKILL')
  }
}

const names: Readonly<Record<Observed, string>> = {
  bare: '',
  ours: '',
  automatic: ', start() alone',
  peers: ', otel + pino + prom-client',
}

/** The ratio is the median of the rounds' ratios, not the ratio of the two medians. */
function rowsOf(set: Observed, framework: Framework, rounds: readonly Round[]): Row[] {
  const middle = (of: (round: Round) => number) => median(rounds.map(of))
  const name = `${framework} vs bare${names[set]}`
  const rate = {
    ...rateRow(
      set === 'ours' ? name : `info: ${name}`,
      middle(({ found }) => found.perSecond),
      middle(({ bare }) => bare.perSecond),
      'requests/s',
    ),
    ratio: middle(({ found, bare }) => bare.perSecond / found.perSecond),
  }
  const cpu = {
    ...costRow(
      `info: ${name}, CPU`,
      middle(({ found }) => found.cpuMicroseconds),
      middle(({ bare }) => bare.cpuMicroseconds),
      'us/request',
    ),
    ratio: middle(({ found, bare }) => found.cpuMicroseconds / bare.cpuMicroseconds),
  }
  return [rate, cpu]
}

interface Started {
  readonly child: ChildProcess
  readonly port: number
  readonly set: Observed
  readonly rounds: Round[]
}

async function startServer(set: Observed, framework: Framework, folder: string, endpoint: string): Promise<Started> {
  const args = [...(set === 'peers' ? preload : []), 'http-server.cjs', set, framework]
  const env = {
    ...process.env,
    NODE_ENV: 'production',
    WAKELINE_FOLDER: folder,
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_SERVICE_NAME: 'bench',
  }
  const child = spawn(process.execPath, args, { cwd: peersFolder, env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const port = await answer(child, 'port')
  return { child, port, set, rounds: [] }
}

async function answer(child: ChildProcess, name: string): Promise<number> {
  const [message]: unknown[] = await once(child, 'message')
  return Number(Reflect.get(Object(message), name))
}

async function measure({ child, port }: Started): Promise<Measured> {
  const cpu = () => {
    child.send('cpu')
    return answer(child, 'cpuMicroseconds')
  }
  const before = await cpu()
  const { requests, perSecond } = await load(port, roundSeconds)
  return { perSecond, cpuMicroseconds: ((await cpu()) - before) / requests }
}

/** wrk where it is installed, autocannon else: that one needs a core to itself and measures less. */
async function load(port: number, seconds: number): Promise<{ requests: number; perSecond: number }> {
  const url = `http://127.0.0.1:${port}/users/42`
  if (!hasWrk()) {
    const text = await output(join(peersFolder, 'node_modules/.bin/autocannon'), [
      ...['-c', String(connections), '-d', String(seconds), '--json', url],
    ])
    const requests = Reflect.get(Object(JSON.parse(text)), 'requests')
    return { requests: Reflect.get(requests, 'total'), perSecond: Reflect.get(requests, 'average') }
  }
  const text = await output('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, url])
  const found = (pattern: RegExp) => Number(pattern.exec(text)?.[1])
  return { requests: found(/(\d+) requests in/), perSecond: found(/Requests\/sec:\s+(\S+)/) }
}

function hasWrk(): boolean {
  return spawnSync('wrk', ['-v']).error === undefined
}

async function output(command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  await once(child, 'close')
  return text
}

/** Takes telemetry and forgets it. */
async function openSink(): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => response.end())
  })
  return { server, url: `http://127.0.0.1:${await listen(server)}` }
}
