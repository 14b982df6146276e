import { type ChildProcess, fork } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { connect, createServer, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { installPeers } from '../../bench/sdk/peers.ts'
import { cleanEnv, eventually, root } from '../server.ts'

/**
 * Two shards of two replicas, each a ClickHouse server from npm alone (bench/peers/clickhouse). They have no port to fetch parts
 * from each other by, so replicas are kept by the inserts that reach both: `internal_replication` is false.
 */
export type Node = { name: string; url: string; stop(): Promise<void>; start(): Promise<void> }

export const clusterName = 'wakeline'
const peersFolder = join(root, 'bench/peers/clickhouse')

/** Other nodes reach `tcp` by way of `door`. */
type Place = { http: number; tcp: number; door: number }

export async function startNodes(folder: string): Promise<Node[]> {
  installPeers(peersFolder)
  const places: Place[] = []
  for (let node = 0; node < 4; node += 1) {
    places.push({ http: await steadyPort(), tcp: await steadyPort(), door: await steadyPort() })
  }
  const nodes = places.map((place, index) => makeNode(`shard ${(index >> 1) + 1} replica ${(index & 1) + 1}`, place))
  await Promise.all(
    nodes.map(async ({ node, prepare }, index) => {
      await prepare(join(folder, `node-${index}`), configOf(places))
      await node.start()
    }),
  )
  return nodes.map(({ node }) => node)
}

/** Below those that connections going out are given: it must still be free when a node comes back. */
async function steadyPort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000)
    const probe = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false))
      probe.listen(port, '127.0.0.1', () => resolve(true))
    })
    await new Promise((resolve) => probe.close(resolve))
    if (isFree) return port
  }
}

function configOf(places: readonly Place[]): string {
  const replica = ({ door }: Place) => `<replica><host>127.0.0.1</host><port>${door}</port></replica>`
  const shard = (some: readonly Place[]) =>
    `<shard><internal_replication>false</internal_replication>${some.map(replica).join('')}</shard>`
  return `<clickhouse>
  <remote_servers><${clusterName}>${shard(places.slice(0, 2))}${shard(places.slice(2))}</${clusterName}></remote_servers>
  <mark_cache_size>67108864</mark_cache_size>
  <max_server_memory_usage>1200000000</max_server_memory_usage>
  <background_pool_size>2</background_pool_size>
  <background_schedule_pool_size>4</background_schedule_pool_size>
  <max_thread_pool_size>1000</max_thread_pool_size>
</clickhouse>
`
}

function makeNode(name: string, { http, tcp, door }: Place) {
  const between = makeDoor(door, tcp)
  let folder = ''
  let child: ChildProcess | undefined
  let output = ''
  const url = `http://127.0.0.1:${http}`
  const start = async (): Promise<void> => {
    const listen = ['--listen_host=127.0.0.1', `--http_port=${http}`, `--tcp_port=${tcp}`]
    const paths = ['--config-file', join(folder, 'config.xml'), '--path', join(folder, 'data')]
    const started = fork(join(peersFolder, 'node.mjs'), [libraryPath(), ...paths, ...listen, '--query', listening], {
      cwd: folder,
      env: cleanEnv(),
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    child = started
    for (const stream of [started.stdout, started.stderr]) stream?.on('data', (chunk) => (output += chunk))
    started.once('exit', (code, signal) => {
      if (signal !== 'SIGKILL') console.error(`The ClickHouse node ${name} ended with ${code ?? signal}: ${output}`)
    })
    const answers = await eventually(() => isAnswering(url), Boolean, 60_000)
    await between.open()
    if (!answers) throw new Error(`The ClickHouse node ${name} does not answer at ${url}: ${output}`)
  }
  const node: Node = {
    name,
    url,
    start,
    stop: async () => {
      const stopping = child
      if (stopping === undefined || stopping.exitCode !== null || stopping.signalCode !== null) return
      stopping.kill('SIGKILL')
      await new Promise((resolve) => stopping.once('exit', resolve))
      between.close()
    },
  }
  const prepare = async (path: string, config: string): Promise<void> => {
    folder = path
    await mkdir(join(path, 'data'), { recursive: true })
    await writeFile(join(path, 'config.xml'), config)
  }
  return { node, prepare }
}

/**
 * Nodes talk through doors. A killed process resets its connections, which as a program of its own (not as a server) the engine takes
 * for an error nobody handles, and ends too; a door passes on an orderly end. It is shut while its node is down, and does not wait
 * for the others to end their sides: they may keep a connection until they need it next, which may be never.
 */
function makeDoor(port: number, target: number): { open(): Promise<void>; close(): void } {
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: false }, (from) => {
    const to = connect(target, '127.0.0.1')
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      open.add(one)
      one.pipe(other)
      one.on('error', () => other.end())
      one.on('close', () => {
        open.delete(one)
        other.end()
      })
    }
  })
  return {
    open: () => new Promise((resolve) => server.listen(port, '127.0.0.1', resolve)),
    close: () => {
      server.close()
      for (const socket of open) socket.end()
    },
  }
}

/** The program ends with its last statement, so this one takes years. */
const listening =
  'SYSTEM START LISTEN QUERIES ALL; SELECT sleepEachRow(3) FROM numbers(100000000) SETTINGS function_sleep_max_microseconds_per_block = 0, max_block_size = 1 FORMAT Null'

const isAnswering = (url: string): Promise<boolean> =>
  fetch(`${url}/?query=SELECT+1`).then(
    (response) => response.ok,
    () => false,
  )

/** Beside the package of the embedded engine, which is installed anyway. */
function libraryPath(): string {
  const require = createRequire(join(root, 'packages/server/package.json'))
  const libc = process.platform === 'linux' ? '-gnu' : ''
  const platform = `@chdb/lib-${process.platform}-${process.arch}${libc}`
  const chdb = createRequire(require.resolve('chdb'))
  return join(dirname(chdb.resolve(`${platform}/package.json`)), 'libchdb.so')
}
