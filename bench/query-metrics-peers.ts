import { fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isInstalled, type Restartable, startPrometheusOver, startRestartable } from '../e2e/prometheus-over.ts'
import { root } from '../e2e/server.ts'
import { bundleServer } from '../scripts/bundle-server.ts'
import { writeExposition } from './query-metrics-data.ts'

/** Somebody who answers PromQL over the data of the bench. */
export type Asked = {
  name: string
  url(): string
  /** Forgets what is in memory, and lets the system forget the files. */
  forget(): Promise<void>
  stop(): Promise<void>
}

/** Bundled and started as users have it (packages/server/bin/wakeline.js), not out of the sources through a loader. */
export async function startOurs(): Promise<Asked> {
  const built = join(root, 'node_modules/.cache/wakeline/bench-query-metrics')
  await bundleServer({ ours: join(root, 'bench/query-metrics-ours.ts') }, built)
  const child = fork(join(built, 'ours.js'), {
    cwd: root,
    execArgv: ['--require', join(root, 'packages/server/bin/process-settings.js')],
  })
  child.once('exit', (code) => {
    if (code !== 0) throw new Error(`Cannot bench our side: its process has ended with ${code}`)
  })
  const ready = async (): Promise<{ url: string; directory: string }> => {
    const [said] = await once(child, 'message')
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

export async function startPrometheus(): Promise<Asked | undefined> {
  const started = await startPrometheusOver((path) => writeExposition(path, 'seconds'))
  return started === undefined ? undefined : asked('prometheus', started)
}

export async function startVictoriaMetrics(): Promise<Asked | undefined> {
  if (!isInstalled('victoria-metrics')) return undefined
  const directory = mkdtempSync(join(tmpdir(), 'wakeline-bench-victoria-'))
  const text = join(directory, 'samples.txt')
  await writeExposition(text, 'milliseconds')
  const started = await startRestartable('victoria-metrics', directory, '/health', (address) => [
    `-storageDataPath=${join(directory, 'data')}`,
    `-httpListenAddr=${address}`,
    '-retentionPeriod=100y',
    '-loggerLevel=ERROR',
  ])
  const body = new Blob([readFileSync(text)])
  const answer = await fetch(`${started.url}/api/v1/import/prometheus`, { method: 'POST', body })
  if (!answer.ok) throw new Error(`Cannot fill victoria-metrics: ${await answer.text()}`)
  await fetch(`${started.url}/internal/force_flush`)
  await fetch(`${started.url}/internal/force_merge`)
  return asked('victoria-metrics', started)
}

const asked = (name: string, { url, directory, restart, stop }: Restartable): Asked => ({
  name,
  url: () => url,
  forget: () => restart(() => dropFiles(directory)),
  stop,
})

/** `dd` with `nocache` and nothing to copy tells the system that a file is not needed in memory any more. */
function dropFiles(directory: string): void {
  const drop = `find "$1" -type f -exec sh -c 'for f; do dd if="$f" iflag=nocache count=0 status=none; done' sh {} +`
  spawnSync('sh', ['-c', drop, 'sh', directory])
}
