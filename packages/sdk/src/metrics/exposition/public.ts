/** What the handler reads of a request: node:http, Express, and whatever else is made on them. */
export interface MetricsRequest {
  readonly method?: string | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** What the handler needs of a response. */
export interface MetricsResponse {
  readonly destroyed: boolean
  writeHead(status: number, headers: Record<string, string>): unknown
  write(chunk: Uint8Array): boolean
  end(chunk?: string | Uint8Array): unknown
  once(event: 'drain' | 'close', listener: () => void): unknown
  removeListener(event: 'drain' | 'close', listener: () => void): unknown
}

/** Answers with all metrics. Resolves when the answer is written or the reader is gone; never rejects. */
export type MetricsHandler = (request: MetricsRequest, response: MetricsResponse) => Promise<void>

export interface MetricsHandlerOptions {
  /** Also the names of prom-client's default metrics (`process_*`, `nodejs_*`) that dashboards ask for. Default true */
  nodeNames?: boolean
}

export interface MetricsServerOptions extends MetricsHandlerOptions {
  /** OTEL_EXPORTER_PROMETHEUS_HOST. Default 127.0.0.1 */
  host?: string
  /** 0 takes a free one. OTEL_EXPORTER_PROMETHEUS_PORT. Default 9464 */
  port?: number
  /** Default /metrics */
  path?: string
}

export interface MetricsServer {
  readonly url: string
  /** Resolves when the port is free again. Who asked for the same address, path and names has the same server. */
  stop(): Promise<void>
}
