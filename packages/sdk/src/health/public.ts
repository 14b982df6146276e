/**
 * The types of `wakeline/health`. This file imports only the types of `wakeline`: build.ts makes `health.d.ts` of it.
 */
import type { HttpRequest, HttpResponse } from '../public.ts'

/**
 * Healthy unless it returns false or an answer of `fetch` that is not ok, throws, rejects, or takes too long. What else it returns
 * is shown as `detail`.
 */
export type HealthCheck = (signal: AbortSignal) => unknown

export type HealthCheckOptions = {
  /** A check that takes longer has failed; its AbortSignal fires. Default 5,000 */
  timeoutMs?: number
  /** Whether a failure makes the process unready; others are shown only. Default true */
  critical?: boolean
  /** How long a result is given again. Default 1,000 */
  ttlMs?: number
}

export type HealthCheckResult = {
  healthy: boolean
  critical: boolean
  /** Time the check took, in seconds. */
  durationSeconds: number
  /** When it was started, Unix milliseconds. */
  checkedUnixMs: number
  error?: string
  detail?: unknown
}

export type HealthReport = {
  /** `degraded`: only checks that are not critical fail. */
  status: 'healthy' | 'degraded' | 'unhealthy'
  /** By name, in the order added. */
  checks: Record<string, HealthCheckResult>
}

export type HealthChecks = {
  /** Adds a check, or replaces the one of that name. Returns the function that removes it. */
  add(name: string, check: HealthCheck, options?: HealthCheckOptions): () => void
  /** Runs all checks at the same time. Never rejects; no checks are healthy. */
  run(): Promise<HealthReport>
}

export interface EventLoopCheckOptions {
  /** Unhealthy above this 99th percentile of the last seconds. Default 500 */
  maxDelayMs?: number
}

export interface MemoryCheckOptions {
  /** Share of the heap limit that may be in use, 0 to 1. Default 0.9 */
  maxHeapShare?: number
  /** Share of the memory this process may have (its cgroup's limit, else the machine's) that may be resident. Default 0.95 */
  maxResidentShare?: number
}

export interface DiskCheckOptions {
  /** A path on the file system to look at. Default the working directory */
  path?: string
  /** Free space an ordinary user must have left. Default 104,857,600 */
  minFreeBytes?: number
}

export interface LoadSheddingOptions {
  /** Refuse while the event loop is later than this (99th percentile of the last seconds). Default 1,000 */
  maxDelayMs?: number
  /** Refuse while so many requests are in progress. Default no limit */
  maxRequests?: number
  /** Refuse while more than this share of the heap limit is in use. Default 0.95 */
  maxHeapShare?: number
  /** Callers are told to come back after one to two times this long, each another time. Default 5 */
  retryAfterSeconds?: number
}

export interface ProbeOptions {
  /** In front of `/livez`, `/readyz` and `/startupz`. Default none */
  prefix?: string
  /** Whether `?verbose` shows every check with its error. Default true; set it to false where strangers can ask */
  verbose?: boolean
}

/** Answers a request, or leaves it alone. */
export type HttpHandler = (request: HttpRequest, response: HttpResponse) => boolean

/** The health of this process; there is one, whichever module face asks. */
export interface Health extends HealthChecks {
  /**
   * The process has not started before the returned function was called: `/startupz` and `/readyz` say no till then.
   */
  starting(name: string): () => void
  /** Takes the process out of service (`/readyz` says no, with this reason), or with undefined back in. */
  unready(reason: string | undefined): void
  /**
   * Answers `/livez`, `/readyz` and `/startupz`; returns false for any other request, which is then yours.
   * Liveness asks no check: a dependency that is away is no reason to restart this process.
   */
  handler(options?: ProbeOptions): HttpHandler
  /**
   * Refuses requests with 503 and Retry-After while the process has too much to do; returns false when the request may
   * go on. Put it after the probes.
   */
  shedding(options?: LoadSheddingOptions): HttpHandler
  /** Fails while timers are late: the process is too busy to answer in time. */
  eventLoopCheck(options?: EventLoopCheckOptions): HealthCheck
  /** Fails before the process runs out of memory. */
  memoryCheck(options?: MemoryCheckOptions): HealthCheck
  /** Fails when the disk is nearly full. */
  diskCheck(options?: DiskCheckOptions): HealthCheck
}
