/**
 * The types of `wakeline/shutdown`. This file imports nothing: build.ts makes `shutdown.d.ts` of it.
 */

/** Anything that stops taking new work and says when the old is done: servers of node:http, https, http2 and net. */
export interface ClosableServer {
  close(done?: (error?: Error) => void): unknown
  closeIdleConnections?(): void
  closeAllConnections?(): void
}

export interface ShutdownOptions {
  /**
   * Between saying "unready" and closing the servers, so that whoever sends requests notices. Default 0; behind a
   * load balancer or in Kubernetes 5,000 is usual
   */
  delayMs?: number
  /** Requests in progress get so long to end; then their connections are closed. Default 10,000 */
  drainTimeoutMs?: number
  /** A hook that takes longer is left behind, and said. Default 5,000 */
  hookTimeoutMs?: number
  /** Default SIGTERM and SIGINT */
  signals?: readonly ('SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGUSR2')[]
}

/** Closes a pool, leaves a queue, writes a file. */
export type ShutdownHook = () => unknown

/**
 * The end of this process, in order:
 *
 *     signal ──> unready ──> delay ──> close servers ──> drain ──> hooks ──> flush ──> the signal's own effect
 *
 * A second signal ends it at once. Signals are watched from the first call of `add`, `server` or `configure`.
 */
export interface Shutdown {
  /** Run after the servers are closed; the last one added runs first. Returns the function that removes it. */
  add(name: string, hook: ShutdownHook): () => void
  /** A server to close: its idle connections at once, the others when their request is answered. */
  server(server: ClosableServer): () => void
  configure(options: ShutdownOptions): void
  /**
   * Begins without a signal; the process exits with `exitCode`, or what `process.exitCode` says. A second call is the
   * same shutdown.
   */
  begin(exitCode?: number): Promise<void>
  /** Aborted when shutdown begins: hand it to loops and requests that should stop early. */
  readonly signal: AbortSignal
}
