import { createServer } from 'node:http'
import type { Core } from '../../core.ts'
import type { Metering } from '../metering.ts'
import { Exposition } from './answer.ts'
import { openNodeNames } from './node-names.ts'
import type { MetricsHandler, MetricsHandlerOptions, MetricsServer, MetricsServerOptions } from './public.ts'

const defaultHost = '127.0.0.1'
const defaultPort = 9464

/** The one of the process, also for `OTEL_METRICS_EXPORTER=prometheus`. */
export function metricsFace(core: Core): MetricsFace {
  return core.once('metrics face', () => new MetricsFace(core))
}

/** The two doors of `wakeline/prometheus`, on the metrics of one SDK. */
export class MetricsFace {
  private readonly core: Core
  private nodeNames: Metering | undefined = undefined
  /** By address: who asks for what is there already gets that. */
  private readonly served = new Map<string, Promise<MetricsServer>>()

  constructor(core: Core) {
    this.core = core
  }

  handler({ nodeNames = true }: MetricsHandlerOptions): MetricsHandler {
    const { metering, report, workers } = this.core
    // Workers that were forked before anything of the SDK was loaded are found too.
    workers.gather()?.watchCluster()
    workers.begin(false)
    const exposition = new Exposition(nodeNames ? [metering, this.openNodeNames()] : [metering], report, (dialect) =>
      workers.member?.scrape(dialect, nodeNames),
    )
    return (request, response) => exposition.answer(request, response)
  }

  /** Rejects when the port cannot be had. Keeps no process alive. */
  serve(options: MetricsServerOptions): Promise<MetricsServer> {
    const { env } = process
    const host = options.host ?? (env['OTEL_EXPORTER_PROMETHEUS_HOST'] || defaultHost)
    const port = options.port ?? Number(env['OTEL_EXPORTER_PROMETHEUS_PORT'] || defaultPort)
    const { path = '/metrics', nodeNames = true } = options
    const wanted = [host, port, path, nodeNames].join()
    const known = port === 0 ? undefined : this.served.get(wanted)
    if (known !== undefined) return known
    const gone = () => this.served.delete(wanted)
    const made = this.listen({ host, port, path, nodeNames }, gone)
    this.served.set(wanted, made)
    made.catch(gone)
    return made
  }

  private async listen(options: Required<MetricsServerOptions>, gone: () => void): Promise<MetricsServer> {
    const { host, port, path } = options
    const handler = this.handler(options)
    const server = createServer((request, response) => {
      if (request.url?.split('?')[0] === path) void handler(request, response)
      else response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end(`Metrics are at ${path}\n`)
    })
    // Answering a scrape is not the program's work: it is neither traced nor measured.
    await this.core.background(
      () =>
        new Promise<void>((resolve, reject) => {
          const refused = (thrown: Error) =>
            reject(new Error(`Cannot listen on ${host}:${port} for /metrics: ${thrown.message}`, { cause: thrown }))
          server.once('error', refused).listen(port, host, () => {
            server.removeListener('error', refused)
            resolve()
          })
        }),
    )
    server.unref()
    const address = server.address()
    const bound = typeof address === 'object' && address !== null ? address.port : port
    return {
      url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}${path}`,
      stop: () =>
        new Promise((resolve) => {
          gone()
          server.close(() => resolve())
          server.closeAllConnections()
        }),
    }
  }

  private openNodeNames(): Metering {
    if (this.nodeNames === undefined) {
      this.nodeNames = openNodeNames(this.core.report)
      this.core.workers.gather()?.addNodeNames(this.nodeNames)
    }
    return this.nodeNames
  }
}
