import { isMainThread } from './node-parts.ts'

/** What the end of a process needs of the SDK. */
export interface EndOfProcess {
  /** Sends everything while the event loop still turns; resolves when done or after the exit timeout. */
  flush(): Promise<void>
  /** Whether anything waits to be sent. */
  pending(): boolean
  /** Sends everything without an event loop: blocks for at most the exit timeout. */
  lastWords(): void
  /** Writes the log lines that wait; whatever is logged from now on is written at once. */
  lastLines(): void
  /** An error nobody caught: the spans it happened in are ended, and a record of it is written. */
  crashed(error: unknown, isFatal: boolean): void
}

/** What can be asked of the watch, by those who end the process on purpose. */
export interface WatchOfEnd {
  /** Sends everything; the exit that follows does not try again. */
  flush(): Promise<void>
  stop(): void
}

export const endSignals = ['SIGTERM', 'SIGINT'] as const

/**
 * Watches for the end of the process. Exit code, crash message and the effect of a signal stay what they were without
 * the SDK.
 */
export function watchEndOfProcess(end: EndOfProcess, handleSignals: boolean): WatchOfEnd {
  let flushes = 0
  let allSent = false
  const flushAtEnd = async () => {
    flushes++
    await end.flush()
    allSent = !end.pending()
  }
  const onBeforeExit = () => {
    // The flush keeps the process alive; when it is done, beforeExit comes again. It goes round once more only for
    // records that came since: a backend that is away is asked once.
    if (flushes === 0 || (allSent && end.pending())) void flushAtEnd()
  }
  const onExit = () => {
    if (flushes === 0 || (allSent && end.pending())) end.lastWords()
    else end.lastLines()
  }
  const onCrash = (error: unknown) => end.crashed(error, process.listenerCount('uncaughtException') === 0)
  process.on('beforeExit', onBeforeExit)
  process.on('exit', onExit)
  process.on('uncaughtExceptionMonitor', onCrash)
  let signalled = false
  const endBy = (signal: NodeJS.Signals) => {
    end.lastLines()
    process.removeListener(signal, onSignal)
    process.kill(process.pid, signal)
  }
  const onSignal = (signal: NodeJS.Signals) => {
    if (process.listenerCount(signal) > 1) {
      // The program has its own way to end: it gets the time, we send what there is meanwhile.
      void end.flush()
      return
    }
    // Who signals twice does not want to wait.
    if (signalled) return endBy(signal)
    signalled = true
    void flushAtEnd().finally(() => endBy(signal))
  }
  const watched = handleSignals && isMainThread() ? endSignals : []
  for (const signal of watched) process.on(signal, onSignal)
  const stop = () => {
    process.removeListener('beforeExit', onBeforeExit)
    process.removeListener('exit', onExit)
    process.removeListener('uncaughtExceptionMonitor', onCrash)
    for (const signal of watched) process.removeListener(signal, onSignal)
  }
  return { flush: flushAtEnd, stop }
}
