import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually, freePort, root, startServer } from '../e2e/server.ts'
import { seriesCount, stepCount } from './remote-write-bodies.ts'
import { costRow, median, type Row, rateRow, soloRow } from './rows.ts'
import { storedBytes } from './stored-bytes.ts'

/**
 * Remote write of 10,000 series with 240 samples each, to us and to the peers that are installed (Debian's packages
 * `victoria-metrics` and `prometheus`), in turn, in the same run, median of some rounds. Each of them begins a round once: the
 * sender is slower in its first, before its own code is compiled. A rate counts until all
 * samples are queryable: for us when they are loaded, for VictoriaMetrics after a forced flush, for Prometheus at the
 * last answer. Ours are synced to disk before they are acknowledged; theirs are not.
 *
 * What is loaded is read from our metrics, a hundred times a second: the status asks the engine about every table, which
 * takes as long as what it is to measure, and keeps the load waiting.
 */
const sampleCount = seriesCount * stepCount
const rounds = 3

type Receiver = {
  url: string
  queryable(): Promise<void>
  stored(): Promise<number>
  /** Of ours, when its merges are over. */
  bytes?(): Promise<number>
  stop(): Promise<void>
}
type Peer = { name: string; start(): Promise<Receiver> }

export async function benchRemoteWrite(): Promise<Row[]> {
  const peers = allPeers.filter(({ name }) => {
    const found = spawnSync(name, ['--version']).error === undefined
    if (!found) console.error(`remote write: ${name} is not installed, so there is nothing to compare with`)
    return found
  })
  console.error('remote write: preparing the bodies')
  const sender = await startSender()
  const receivers = [ours, ...peers]
  const rates = new Map<string, number[]>()
  let bytes = 0
  for (let round = 0; round < rounds; round += 1) {
    const first = round % receivers.length
    for (const { name, start } of [...receivers.slice(first), ...receivers.slice(0, first)]) {
      const receiver = await start()
      const rate = await measure(sender, receiver, async () => {
        if (round === rounds - 1) bytes = (await receiver.bytes?.()) ?? bytes
      })
      console.error(`remote write: ${name}, round ${round + 1}: ${Math.round(rate)} samples/s`)
      rates.set(name, [...(rates.get(name) ?? []), rate])
    }
  }
  sender.kill()
  const own = median(rates.get(ours.name))
  return [
    soloRow('remote write', own, 'samples/s'),
    costRow('bytes per sample (target 1.2)', bytes / sampleCount, 1.2, 'bytes'),
    ...peers.map(({ name }) => rateRow(`remote write vs ${name}`, own, median(rates.get(name)), 'samples/s')),
  ]
}

async function measure(
  sender: ChildProcess,
  { url, queryable, stored, stop }: Receiver,
  afterwards: () => Promise<void>,
): Promise<number> {
  try {
    const sent = nextMessage(sender)
    sender.send({ url })
    const { seconds, failed } = await sent
    if (seconds === undefined) throw new Error(`Cannot send: ${failed}`)
    const ackedMs = performance.now()
    await queryable()
    const rate = sampleCount / (seconds + (performance.now() - ackedMs) / 1000)
    const found = await stored()
    if (found !== sampleCount) throw new Error(`${url} was sent ${sampleCount} samples and has ${found}`)
    await afterwards()
    return rate
  } finally {
    await stop()
  }
}

async function startSender(): Promise<ChildProcess> {
  const sender = fork(join(root, 'bench/remote-write-sender.ts'), {
    cwd: root,
    execArgv: ['--conditions=wakeline-source', '--import', 'tsx'],
  })
  await nextMessage(sender)
  return sender
}

function nextMessage(child: ChildProcess): Promise<{ seconds?: number; failed?: string }> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error('The sender has ended'))
    child.once('exit', ended)
    child.once('message', (message: { seconds?: number; failed?: string }) => {
      child.off('exit', ended)
      resolve(message)
    })
  })
}

const ours: Peer = {
  name: 'wakeline',
  async start() {
    const server = await startServer()
    const loaded = async (): Promise<number> => {
      const text = await (await fetch(`${server.ui}/metrics`)).text()
      return Number(/^wakeline_ingest_loaded_total\{signal="points"\} (\d+)$/m.exec(text)?.[1] ?? 0)
    }
    return {
      url: `${server.otlpHttp}/api/v1/write`,
      queryable: async () => void (await eventually(loaded, (count) => count >= sampleCount, 120_000, 10)),
      stored: loaded,
      bytes: () => settled(() => storedBytes(server.directory)),
      stop: async () => void (await server.stop()),
    }
  },
}

/** A figure once it has been the same for five looks, a second apart; a minute at most. */
async function settled(look: () => number): Promise<number> {
  let figure = look()
  for (let second = 0, same = 0; second < 60 && same < 5; second += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    const now = look()
    same = now === figure ? same + 1 : 0
    figure = now
  }
  return figure
}

const allPeers: readonly Peer[] = [
  {
    name: 'victoria-metrics',
    start: () =>
      startPeer('victoria-metrics', '/health', (directory, address) => [
        `-storageDataPath=${directory}`,
        `-httpListenAddr=${address}`,
        '-loggerLevel=ERROR',
      ]),
  },
  {
    name: 'prometheus',
    start: () =>
      startPeer('prometheus', '/-/ready', (directory, address) => [
        `--config.file=${directory}/prometheus.yml`,
        `--storage.tsdb.path=${directory}/data`,
        `--web.listen-address=${address}`,
        '--web.enable-remote-write-receiver',
        '--log.level=error',
      ]),
  },
]

async function startPeer(
  command: string,
  health: string,
  flags: (directory: string, address: string) => string[],
): Promise<Receiver> {
  const directory = await mkdtemp(join(tmpdir(), 'wakeline-bench-'))
  await writeFile(join(directory, 'prometheus.yml'), '{}')
  const address = `127.0.0.1:${await freePort()}`
  const child = spawn(command, flags(directory, address), { stdio: ['ignore', 'ignore', 'inherit'] })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const isUp = async (): Promise<boolean> =>
    (await fetch(`http://${address}${health}`).catch(() => undefined))?.ok === true
  if (!(await eventually(isUp, (up) => up))) throw new Error(`${command} did not start`)
  return {
    url: `http://${address}/api/v1/write`,
    async queryable() {
      if (command === 'victoria-metrics') await fetch(`http://${address}/internal/force_flush`)
    },
    stored: () => countStored(address),
    async stop() {
      child.kill('SIGTERM')
      await exited
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function countStored(address: string): Promise<number> {
  const text = encodeURIComponent('sum(count_over_time({__name__=~"bench_.*"}[2h]))')
  const response = await fetch(`http://${address}/api/v1/query?query=${text}`)
  const answer = await response.text()
  if (!response.ok) throw new Error(`Cannot count what is stored: ${answer}`)
  const { data }: { data: { result: { value: [number, string] }[] } } = JSON.parse(answer)
  return Number(data.result[0]?.value[1] ?? 0)
}
