import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { eventually, freePort } from './server.ts'

/** A program of others with its own files, which can be ended and started again on them. */
export type Restartable = {
  url: string
  directory: string
  restart(between: () => void): Promise<void>
  stop(): Promise<void>
}

export const isInstalled = (command: string): boolean => spawnSync(command, ['--version']).error === undefined

/** Debian's Prometheus over samples that `write` puts into a file as OpenMetrics; undefined where it is not installed. */
export async function startPrometheusOver(write: (path: string) => Promise<void>): Promise<Restartable | undefined> {
  if (!isInstalled('prometheus') || !isInstalled('promtool')) return undefined
  const directory = mkdtempSync(join(tmpdir(), 'wakeline-prometheus-'))
  const text = join(directory, 'samples.txt')
  await write(text)
  const data = join(directory, 'data')
  const maxBuffer = 64 * 1024 * 1024
  await promisify(execFile)('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', text, data], { maxBuffer })
  const config = join(directory, 'prometheus.yml')
  writeFileSync(config, '')
  return startRestartable('prometheus', directory, '/-/ready', (address) => [
    `--config.file=${config}`,
    `--storage.tsdb.path=${data}`,
    '--storage.tsdb.retention.time=100y',
    `--web.listen-address=${address}`,
    '--log.level=error',
  ])
}

/** `stop` removes the directory. */
export async function startRestartable(
  command: string,
  directory: string,
  health: string,
  flags: (address: string) => string[],
): Promise<Restartable> {
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
    url,
    directory,
    restart: async (between) => {
      await end(child)
      between()
      child = await start()
    },
    stop: async () => {
      await end(child)
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
