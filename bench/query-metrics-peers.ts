import { type ChildProcess, execFile, fork, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { eventually, freePort, root } from '../e2e/server.ts'
import { writeExposition } from './query-metrics-data.ts'

/** Somebody who answers PromQL over the data of the bench. */
export type Asked = {
  name: string
  url(): string
  /** Forgets what is in memory, and lets the system forget the files. */
  forget(): Promise<void>
  stop(): Promise<void>
}

export async function startOurs(): Promise<Asked> {
  const child = fork(join(root, 'bench/query-metrics-ours.ts'), {
    cwd: root,
    execArgv: ['--conditions=wakeline-source', '--import', 'tsx'],
  })
  const ready = async (): Promise<{ url: string; directory: string }> => {
    const [said] = await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => {
        throw new Error('Cannot bench our side: its process has ended')
      }),
    ])
    return said
  }
  let { url, directory } = await ready()
  return {
    name: 'wakeline',
    url: () => url,
    forget: async () => {
      dropFiles(directory)
      child.send('forget')
      url = (await ready()).url
    },
    stop: async () => {
      child.disconnect()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}

const isInstalled = (command: string): boolean => spawnSync(command, ['--version']).error === undefined

export async function startPrometheus(): Promise<Asked | undefined> {
  if (!isInstalled('prometheus') || !isInstalled('promtool')) return undefined
  const directory = mkdtempSync(join(tmpdir(), 'wakeline-bench-prometheus-'))
  const text = join(directory, 'samples.txt')
  await writeExposition(text, 'seconds')
  const data = join(directory, 'data')
  const maxBuffer = 64 * 1024 * 1024
  await promisify(execFile)('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', text, data], { maxBuffer })
  const config = join(directory, 'prometheus.yml')
  writeFileSync(config, '')
  const flags = [`--config.file=${config}`, `--storage.tsdb.path=${data}`, '--storage.tsdb.retention.time=100y']
  return restartable('prometheus', directory, '/-/ready', (address) => [
    ...flags,
    `--web.listen-address=${address}`,
    '--log.level=error',
  ])
}

export async function startVictoriaMetrics(): Promise<Asked | undefined> {
  if (!isInstalled('victoria-metrics')) return undefined
  const directory = mkdtempSync(join(tmpdir(), 'wakeline-bench-victoria-'))
  const text = join(directory, 'samples.txt')
  await writeExposition(text, 'milliseconds')
  const asked = await restartable('victoria-metrics', directory, '/health', (address) => [
    `-storageDataPath=${join(directory, 'data')}`,
    `-httpListenAddr=${address}`,
    '-retentionPeriod=100y',
    '-loggerLevel=ERROR',
  ])
  const body = Readable.toWeb(createReadStream(text)) as ReadableStream<Uint8Array>
  const answer = await fetch(`${asked.url()}/api/v1/import/prometheus`, { method: 'POST', body, duplex: 'half' })
  if (!answer.ok) throw new Error(`Cannot fill victoria-metrics: ${await answer.text()}`)
  await fetch(`${asked.url()}/internal/force_flush`)
  await fetch(`${asked.url()}/internal/force_merge`)
  return asked
}

async function restartable(
  command: string,
  directory: string,
  health: string,
  flags: (address: string) => string[],
): Promise<Asked> {
  const address = `127.0.0.1:${await freePort()}`
  const url = `http://${address}`
  const start = async (): Promise<ChildProcess> => {
    const child = spawn(command, flags(address), { stdio: ['ignore', 'ignore', 'inherit'] })
    const isUp = async (): Promise<boolean> => (await fetch(`${url}${health}`).catch(() => undefined))?.ok === true
    if (!(await eventually(isUp, (up) => up, 60_000))) throw new Error(`Cannot start ${command}: it does not answer`)
    return child
  }
  const end = async (child: ChildProcess): Promise<void> => {
    if (child.exitCode !== null) return
    child.kill()
    await once(child, 'exit')
  }
  let child = await start()
  return {
    name: command,
    url: () => url,
    forget: async () => {
      await end(child)
      dropFiles(directory)
      child = await start()
    },
    stop: async () => {
      await end(child)
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** `dd` with `nocache` and nothing to copy tells the system that a file is not needed in memory any more. */
function dropFiles(directory: string): void {
  const drop = `find "$1" -type f -exec sh -c 'for f; do dd if="$f" iflag=nocache count=0 status=none; done' sh {} +`
  spawnSync('sh', ['-c', drop, 'sh', directory])
}
