import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { costRow, type Row, rateRow } from '../rows.ts'
import { median, peersFolder } from './peers.ts'

type Framework = 'http' | 'express'
type Observed = 'bare' | 'ours' | 'peers'

interface Measured {
  readonly perSecond: number[]
  readonly cpuMicroseconds: number[]
}

const sets: readonly Observed[] = ['bare', 'ours', 'peers']
const connections = 32
const rounds = 5
const roundSeconds = 2
const preload = ['--require', '@opentelemetry/auto-instrumentations-node/register']

/**
 * Requests per second of a server that answers a few bytes: bare, with the SDK, and with OpenTelemetry's
 * auto-instrumentations, pino and prom-client. All three run; each is loaded in turn, many times.
 */
export async function benchHttp(entry: string): Promise<Row[]> {
  const sink = await openSink()
  try {
    return [...(await benchFramework('http', entry, sink.url)), ...(await benchFramework('express', entry, sink.url))]
  } finally {
    sink.server.close()
    sink.server.closeAllConnections()
  }
}

async function benchFramework(framework: Framework, entry: string, endpoint: string): Promise<Row[]> {
  const servers = await Promise.all(sets.map((set) => startServer(set, framework, entry, endpoint)))
  try {
    for (const { port } of servers) await load(port, 1)
    for (let i = 0; i < rounds; i++) for (const server of servers) await measure(server)
    const [bare, ours, peers] = servers
    if (bare === undefined || ours === undefined || peers === undefined) return []
    const rate = ({ measured }: Started) => median(measured.perSecond)
    const cpu = ({ measured }: Started) => median(measured.cpuMicroseconds)
    return [
      rateRow(`${framework} vs bare`, rate(ours), rate(bare), 'requests/s'),
      costRow(`info: ${framework} vs bare, CPU`, cpu(ours), cpu(bare), 'us/request'),
      rateRow(`info: ${framework} vs bare, otel + pino + prom-client`, rate(peers), rate(bare), 'requests/s'),
    ]
  } finally {
    for (const { child } of servers) child.kill('SIGKILL')
  }
}

interface Started {
  readonly child: ChildProcess
  readonly port: number
  readonly measured: Measured
}

async function startServer(set: Observed, framework: Framework, entry: string, endpoint: string): Promise<Started> {
  const args = [...(set === 'peers' ? preload : []), 'http-server.cjs', set, framework]
  const env = {
    ...process.env,
    NODE_ENV: 'production',
    WAKELINE_ENTRY: entry,
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_SERVICE_NAME: 'bench',
  }
  const child = spawn(process.execPath, args, { cwd: peersFolder, env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const port = await answer(child, 'port')
  return { child, port, measured: { perSecond: [], cpuMicroseconds: [] } }
}

async function answer(child: ChildProcess, name: string): Promise<number> {
  const [message]: unknown[] = await once(child, 'message')
  return Number(Reflect.get(Object(message), name))
}

async function measure({ child, port, measured }: Started): Promise<void> {
  const cpu = () => {
    child.send('cpu')
    return answer(child, 'cpuMicroseconds')
  }
  const before = await cpu()
  const { requests, perSecond } = await load(port, roundSeconds)
  measured.perSecond.push(perSecond)
  measured.cpuMicroseconds.push(((await cpu()) - before) / requests)
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
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, url: `http://127.0.0.1:${Reflect.get(Object(server.address()), 'port')}` }
}
