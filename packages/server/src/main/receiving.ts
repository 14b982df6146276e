import type { Ingest } from '../ingest/ingest.ts'
import { startOtlpGrpc } from '../ingest/receive/otlp-grpc.ts'
import { startOtlpHttp } from '../ingest/receive/otlp-http.ts'
import { BodyBudget } from '../ingest/receive/read-body.ts'
import { type StatsdReceiver, startStatsd } from '../ingest/receive/statsd.ts'
import { parseSyslogAddress, type Syslog, startSyslog } from '../ingest/receive/syslog.ts'
import type { Scraper, ScrapeTargets } from '../ingest/scrape/scraper.ts'
import { submitOtlp } from '../ingest/submit-otlp.ts'
import { flagName, type Options } from '../options.ts'
import { listen } from './listen.ts'
import { reportFault } from './report-fault.ts'
import { startScraping } from './scraping.ts'
import type { ServerParts } from './server-parts.ts'

/** Everything by which telemetry comes in, started in order. */
export type Receiving = {
  otlpHttp: string
  otlpGrpc: string
  scrapeTargets(): ScrapeTargets
  counts(): ReceivingCounts
  /** Takes over what can change while running. */
  reload(options: Options): void
}

export type ReceivingCounts = {
  scraping: ReturnType<Scraper['counts']>
  /** Undefined where no address is given for it. */
  syslog: ReturnType<Syslog['counts']> | undefined
  statsd: ReturnType<StatsdReceiver['counts']> | undefined
}

export type Closers = (() => Promise<void> | void)[]

export const nothingScraped: ScrapeTargets = { active: [], dropped: [], droppedCounts: {} }

export async function startReceiving(parts: ServerParts, ingest: Ingest, closers: Closers): Promise<Receiving> {
  const { options, report, nowUnixMs } = parts
  const onFault = (error: unknown): void => reportFault(report, error)
  const budget = new BodyBudget(options.bodiesMaxBytes)
  const shared = { ...options, budget, submit: submitOtlp(ingest), onFault }
  const http = await listen(options, 'otlpHttpPort', (port) => startOtlpHttp({ ...shared, port }))
  closers.push(() => http.stop())
  const grpc = await listen(options, 'otlpGrpcPort', (port) => startOtlpGrpc({ ...shared, port }))
  closers.push(() => grpc.stop())
  const datagrams = { ...shared, nowUnixMs, report: (sentence: string) => report('warn', sentence) }
  const syslog = await startOn(parts, 'syslogAddress', (address) => startSyslog({ ...datagrams, ...address }))
  if (syslog !== undefined) closers.push(() => syslog.stop())
  const { statsdFlushMs: flushMs, statsdSeriesMax: seriesMax, statsdForgetAfterMs: forgetAfterMs } = options
  const statsd = await startOn(parts, 'statsdAddress', (address) =>
    startStatsd({ ...datagrams, ...address, flushMs, seriesMax, forgetAfterMs }),
  )
  if (statsd !== undefined) closers.push(() => statsd.stop())
  const scraping = await startScraping({
    options,
    ingest,
    nowUnixMs,
    onFault,
    budget,
    report: (sentence) => report('warn', sentence),
  })
  closers.push(() => scraping.stop())
  return {
    otlpHttp: http.url,
    otlpGrpc: grpc.url,
    scrapeTargets: () => scraping.targets(),
    counts: () => ({ scraping: scraping.counts(), syslog: syslog?.counts(), statsd: statsd?.counts() }),
    reload: (changed) => scraping.reload(changed),
  }
}

type AddressName = 'syslogAddress' | 'statsdAddress'

/** Starts what listens on an address of its own, with a sentence where that cannot be; undefined without an address. */
async function startOn<Started extends { port: number }>(
  { options, report }: ServerParts,
  name: AddressName,
  start: (address: { host: string; port: number }) => Promise<Started>,
): Promise<Started | undefined> {
  const text = options[name]
  if (text === '') return undefined
  const what = name === 'syslogAddress' ? 'syslog' : 'StatsD'
  const cannot = `Cannot take ${what} on ${text}: `
  const address = parseSyslogAddress(text)
  if (address === undefined) throw new Error(`${cannot}--${flagName(name)} is an address and a port, as 127.0.0.1:5514`)
  try {
    const started = await start(address)
    report('info', `taking ${what}`, { host: address.host, port: started.port })
    return started
  } catch (error) {
    throw new Error(`${cannot}${error instanceof Error ? error.message : error}`, { cause: error })
  }
}
