import type { Core } from '../core.ts'
import { healthOf } from '../health/health.ts'
import { endSignals } from '../lifecycle.ts'
import { closeServer } from './close-server.ts'
import type { ClosableServer, Shutdown, ShutdownHook, ShutdownOptions } from './public.ts'

interface Hook {
  readonly name: string
  readonly run: ShutdownHook
}

/** See `public.ts` for the order. One per process. */
class ProcessShutdown implements Shutdown {
  private readonly core: Core
  private readonly hooks: Hook[] = []
  private readonly servers = new Set<ClosableServer>()
  private readonly abort = new AbortController()
  private options: Required<ShutdownOptions> = {
    delayMs: 0,
    drainTimeoutMs: 10_000,
    hookTimeoutMs: 5_000,
    signals: endSignals,
  }
  private watched: readonly NodeJS.Signals[] | undefined = undefined
  private running: Promise<void> | undefined = undefined

  constructor(core: Core) {
    this.core = core
  }

  get signal(): AbortSignal {
    return this.abort.signal
  }

  add(name: string, run: ShutdownHook): () => void {
    this.watch()
    const hook = { name, run }
    this.hooks.push(hook)
    return () => {
      const at = this.hooks.indexOf(hook)
      if (at >= 0) this.hooks.splice(at, 1)
    }
  }

  server(server: ClosableServer): () => void {
    this.watch()
    this.servers.add(server)
    return () => this.servers.delete(server)
  }

  configure(options: ShutdownOptions): void {
    this.options = { ...this.options, ...options }
    this.unwatch()
    this.watch()
  }

  begin(exitCode?: number): Promise<void> {
    // process.exit(undefined) would forget what was set.
    return this.once('begin()', () => (exitCode === undefined ? process.exit() : process.exit(exitCode)))
  }

  private watch(): void {
    if (this.watched !== undefined) return
    this.watched = this.options.signals
    for (const signal of this.watched) process.on(signal, this.onSignal)
  }

  private unwatch(): void {
    for (const signal of this.watched ?? []) process.removeListener(signal, this.onSignal)
    this.watched = undefined
  }

  private readonly onSignal = (signal: NodeJS.Signals): void => {
    if (this.running !== undefined) {
      this.core.lastLines()
      die(signal)
      return
    }
    // A program that has set an exit code has said what its end means; otherwise the signal says it.
    void this.once(signal, () => (process.exitCode === undefined ? die(signal) : process.exit()))
  }

  private once(reason: string, end: () => void): Promise<void> {
    this.running ??= this.run(reason).then(end)
    return this.running
  }

  /** Never rejects: whatever fails on the way is said, and the next step follows. */
  private async run(reason: string): Promise<void> {
    // Once the servers are closed nothing else may hold the process until the hooks are done.
    const alive = setInterval(() => {}, 1_000)
    const { delayMs, drainTimeoutMs } = this.options
    const { log } = this.core
    log.info('shutdown began', { reason })
    healthOf(this.core).unready('shutting down')
    this.abort.abort(new Error(`Shutting down: ${reason}`))
    await pause(delayMs)
    await Promise.all([...this.servers].map((server) => this.close(server, drainTimeoutMs)))
    for (const hook of this.hooks.splice(0).reverse()) await this.runHook(hook)
    log.info('shutdown done', { reason })
    await this.core.flushAtEnd()
    clearInterval(alive)
  }

  private async close(server: ClosableServer, timeoutMs: number): Promise<void> {
    try {
      if (await closeServer(server, timeoutMs)) return
      this.core.log.warn('requests were cut off by the shutdown', { drainTimeoutMs: timeoutMs })
    } catch (thrown) {
      this.core.log.error('a server could not be closed', asError(thrown))
    }
  }

  private async runHook({ name, run }: Hook): Promise<void> {
    const { hookTimeoutMs } = this.options
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), hookTimeoutMs)
    })
    try {
      const outcome = await Promise.race([(async () => run())(), late])
      if (outcome === 'late') this.core.log.error('a shutdown hook took too long', { hook: name, hookTimeoutMs })
    } catch (thrown) {
      this.core.log.error(asError(thrown), 'a shutdown hook failed', { hook: name })
    }
    clearTimeout(timer)
  }
}

export function shutdownOf(core: Core): Shutdown {
  return core.once('shutdown', () => new ProcessShutdown(core))
}

/** The effect the signal has by itself: the exit code tells of it. */
function die(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}

function pause(delayMs: number): Promise<void> {
  return delayMs <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, delayMs))
}
