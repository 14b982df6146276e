import type { Attributes } from '../../public.ts'

/**
 * Metrics by name, for code that has no handle. A name that was never made, or was made as another kind, is said once on
 * stderr and records nothing.
 */
export interface NamedMetrics {
  /** Adds to a counter or an up-down counter. */
  add(name: string, value: number, attributes?: Attributes): void
  /** Sets a gauge. */
  set(name: string, value: number, attributes?: Attributes): void
  /** Records into a histogram. */
  record(name: string, value: number, attributes?: Attributes): void
  /** Starts a clock; the returned function records the seconds since into a histogram. */
  startTimer(name: string, attributes?: Attributes): (more?: Attributes) => number
}

export interface HandledRequest {
  readonly method: string
  /** The template (`/users/:id`), never the path that was asked for. */
  readonly route: string
  readonly status: number
  readonly seconds: number
}

export interface DatabaseQuery {
  /** `SELECT`, `findOne`. */
  readonly operation: string
  readonly table: string
}

/** What most services measure, under the names OpenTelemetry gives them where it has one. */
export interface ApplicationMetrics {
  /** For servers that are not node:http: those are measured without being asked. `http.server.request.duration` */
  request(request: HandledRequest): void
  /** Runs a query and measures it with its outcome. `db.client.operation.duration` */
  query<T>(query: DatabaseQuery, run: () => T): T
  /** A query that was measured elsewhere; `error` is the error's type. */
  queried(query: DatabaseQuery & { readonly seconds: number; readonly error?: string }): void
  /** One more of a business event. `business.events` with `event.name` */
  event(name: string, attributes?: Attributes): void
  /** Someone was here: the distinct ones of the last five minutes are counted. `users.active` */
  userSeen(userId: string): void
  /** `queue.size` with `queue.name` */
  queueSize(queue: string, size: number): void
}

export interface SystemMetricsOptions {
  /** Time between two looks. Default 15,000 */
  intervalMs?: number
  /** The file system whose space is measured. Default `/` */
  disk?: string
}

/** CPU, memory, disk and network of the machine, under their OpenTelemetry names. Off until started. */
export interface SystemMetrics {
  /** A second start changes nothing until it is stopped. */
  start(options?: SystemMetricsOptions): void
  stop(): void
}
