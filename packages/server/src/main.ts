import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { startApi } from './api/api.ts'
import { type Ingest, startIngest } from './ingest/ingest.ts'
import { startOtlpGrpc } from './ingest/receive/otlp-grpc.ts'
import { startOtlpHttp } from './ingest/receive/otlp-http.ts'
import { parseSyslogAddress, startSyslog } from './ingest/receive/syslog.ts'
import { submitOtlp } from './ingest/submit-otlp.ts'
import { ownMetricsText } from './main/own-metrics.ts'
import { retentionPolicy, startRetention } from './main/retention.ts'
import { readStatus } from './main/status.ts'
import { flagName, type Options, variableName } from './options.ts'
import { openQuery } from './query/query.ts'
import { openEmbeddedStore, threadPoolSize } from './store/embedded.ts'
import type { Reader, ReadLimits, Store } from './store/store.ts'

/** The only file that knows every part: it opens them in order, hands each what it needs, and closes them backwards. */

export type ServerParts = {
  options: Options
  version: string
  nowUnixMs: () => number
  /** Hears what is worth a line of the server's own log. */
  report: (level: 'info' | 'warn' | 'error', message: string, attributes?: Readonly<Record<string, unknown>>) => void
}

export type RunningServer = {
  ui: string
  otlpHttp: string
  otlpGrpc: string
  directory: string
  /** Takes over the options that can change while running (`reload` in the table of options). */
  reload(options: Options): void
  /** Answers what is being asked, stores what it holds, and closes. */
  stop(): Promise<void>
}

type Closers = (() => Promise<void> | void)[]

/** Throws an Error whose message is a sentence for the user ("Cannot ...") when something outside stands in the way. */
export async function startServer(parts: ServerParts): Promise<RunningServer> {
  const closers: Closers = []
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close()
  }
  try {
    return { ...(await openParts(parts, closers)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function openParts(parts: ServerParts, closers: Closers): Promise<Omit<RunningServer, 'stop'>> {
  const { options, version, nowUnixMs, report } = parts
  // A pattern someone asks with may backtrack for ever; V8 then goes over to its linear-time engine.
  setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks')
  const startedMs = nowUnixMs()
  const directory = resolve(options.directory)
  const store = await openStore(options, directory)
  closers.push(() => store.close())
  await store.migrate()
  const ingest = await startIngest({
    store,
    directory,
    options: { ...options, limits: options },
    nowUnixMs,
    report: (sentence) => report('warn', sentence),
  })
  closers.push(() => ingest.stop())

  let policy = retentionPolicy(options)
  const retention = startRetention({ store, policy: () => policy, nowUnixMs, report })
  closers.push(() => retention.stop())
  void retention.look()

  const limits = readLimits(options)
  const reader = withLimits(store, limits)
  const query = openQuery({ reader, options, nowUnixMs })
  closers.push(() => query.close())
  const endpoints = { ui: '', otlpHttp: '', otlpGrpc: '' }
  const api = await listen(options, 'uiPort', (port) =>
    startApi({
      ...options,
      port,
      uiDirectory: fileURLToPath(new URL('./ui/', import.meta.url)),
      query,
      status: () => readStatus({ ...parts, startedMs, directory, store, policy, ingest, endpoints }),
      metricsText: () => ownMetricsText({ counts: ingest.counts(), dropped: retention.dropped(), version }),
      isReady: () => endpoints.otlpGrpc !== '',
      nowUnixMs,
      report: (error) => reportFault(report, error),
    }),
  )
  closers.push(() => api.stop())
  await startReceiving(parts, ingest, { endpoints, closers })
  endpoints.ui = api.url
  const reload = (changed: Options): void => {
    Object.assign(limits, readLimits(changed))
    policy = retentionPolicy(changed)
    void retention.look()
  }
  return { ...endpoints, directory, reload }
}

type Receiving = { endpoints: { otlpHttp: string; otlpGrpc: string }; closers: Closers }

async function startReceiving(parts: ServerParts, ingest: Ingest, { endpoints, closers }: Receiving): Promise<void> {
  const { options, report } = parts
  const shared = { ...options, submit: submitOtlp(ingest), onFault: (error: unknown) => reportFault(report, error) }
  const http = await listen(options, 'otlpHttpPort', (port) => startOtlpHttp({ ...shared, port }))
  closers.push(() => http.stop())
  const grpc = await listen(options, 'otlpGrpcPort', (port) => startOtlpGrpc({ ...shared, port }))
  closers.push(() => grpc.stop())
  if (options.syslogAddress !== '') closers.push(await startReceivingSyslog(parts, ingest))
  endpoints.otlpHttp = http.url
  endpoints.otlpGrpc = grpc.url
}

/** Answers what stops it. */
async function startReceivingSyslog(parts: ServerParts, ingest: Ingest): Promise<() => Promise<void>> {
  const { options, nowUnixMs, report } = parts
  const { syslogAddress, connectionsMax } = options
  const cannot = `Cannot take syslog on ${syslogAddress}: `
  const address = parseSyslogAddress(syslogAddress)
  if (address === undefined) {
    throw new Error(`${cannot}--${flagName('syslogAddress')} is an address and a port, as 127.0.0.1:5514`)
  }
  try {
    const syslog = await startSyslog({
      ...address,
      connectionsMax,
      nowUnixMs,
      submit: submitOtlp(ingest),
      report: (sentence) => report('warn', sentence),
      onFault: (error) => reportFault(report, error),
    })
    report('info', 'taking syslog', { host: address.host, port: syslog.port })
    return () => syslog.stop()
  } catch (error) {
    throw new Error(`${cannot}${error instanceof Error ? error.message : error}`, { cause: error })
  }
}

function reportFault(report: ServerParts['report'], error: unknown): void {
  report('error', error instanceof Error ? error.message : String(error), {
    stack: error instanceof Error ? error.stack : '',
  })
}

/** A port that cannot be had is said with the option that changes it. */
async function listen<Door>(
  options: Options,
  name: 'uiPort' | 'otlpHttpPort' | 'otlpGrpcPort',
  start: (port: number) => Promise<Door>,
): Promise<Door> {
  const port = options[name]
  try {
    return await start(port)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    const where = `Cannot listen on ${options.host}:${port}: `
    const change = `--${flagName(name)} (or ${variableName(name)})`
    const reasons: Record<string, string> = {
      EADDRINUSE: `the port is taken; stop what uses it, or choose another with ${change}`,
      EACCES: `this user may not use the port; choose one above 1023 with ${change}`,
      EADDRNOTAVAIL: 'this machine has no such address; choose another with --host (or WAKELINE_HOST)',
      ENOTFOUND: 'there is no such host; choose another with --host (or WAKELINE_HOST)',
    }
    const reason = reasons[String(code)]
    throw reason === undefined ? error : new Error(where + reason, { cause: error })
  }
}

function openStore(options: Options, directory: string): Promise<Store> {
  const needed = threadPoolSize(options.queriesAtOnceMax)
  const given = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4)
  if (given < needed) {
    throw new Error(
      `Cannot run ${options.queriesAtOnceMax} questions at once: they need ${needed} threads and there are ${given}; set UV_THREADPOOL_SIZE=${needed}, or lower --${flagName('queriesAtOnceMax')}`,
    )
  }
  return openEmbeddedStore({
    directory,
    readers: options.queriesAtOnceMax,
    waitingMax: options.queriesWaitingMax,
    limits: readLimits(options),
    memoryMaxBytes: options.engineMemoryMaxBytes,
    mergesMax: options.mergesAtOnceMax,
  })
}

function readLimits(options: Options): ReadLimits {
  return {
    timeoutMs: options.queryTimeoutMs,
    memoryMaxBytes: options.queryMemoryMaxBytes,
    rowsMax: options.queryRowsMax,
  }
}

/** Questions get the limits of now, so that they can be changed while the server runs. */
function withLimits(reader: Reader, limits: ReadLimits): Reader {
  return {
    rows: (statement, options) => reader.rows(statement, { ...options, limits }),
    blocks: (statement, options) => reader.blocks(statement, { ...options, limits }),
    subscribe: (table, listen) => reader.subscribe(table, listen),
  }
}
