import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { startApi } from './api/api.ts'
import { openTurns } from './api/turns.ts'
import { type Ingest, startIngest } from './ingest/ingest.ts'
import { startAlerting } from './main/alerting.ts'
import { arrivalOptions } from './main/arrival-options.ts'
import { listenForBackups } from './main/backup.ts'
import { openDashboards } from './main/dashboards.ts'
import { EdgeRollup } from './main/edge-rollup.ts'
import { listen } from './main/listen.ts'
import { startLogIndex } from './main/log-index.ts'
import { openStore } from './main/open-store.ts'
import { ownMetricsText } from './main/own-metrics.ts'
import { type Closers, nothingScraped, type Receiving, startReceiving } from './main/receiving.ts'
import { reportFault } from './main/report-fault.ts'
import { retentionPolicy, startRetention } from './main/retention.ts'
import type { ServerParts } from './main/server-parts.ts'
import { readStatus } from './main/status.ts'
import type { Options } from './options.ts'
import { openQuery } from './query/query.ts'
import type { Store } from './store/store.ts'

/** The only file that knows every part: it opens them in order, hands each what it needs, and closes them backwards. */

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

export type { ServerParts } from './main/server-parts.ts'

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
  const { store, ingest } = await openIngest(parts, directory, closers)
  let policy = retentionPolicy(options)
  const retention = startRetention({ store, policy: () => policy, nowUnixMs, report })
  closers.push(() => retention.stop())
  void retention.look()

  // Questions get the limits of now: what can be changed while the server runs is changed here.
  const asking = { ...options }
  const query = openQuery({ reader: store, options: asking, nowUnixMs })
  closers.push(() => query.close())
  const edges = new EdgeRollup({ store, query, nowUnixMs, report: (sentence) => report('warn', sentence) })
  closers.push(() => edges.stop())
  const endpoints = { ui: '', otlpHttp: '', otlpGrpc: '' }
  const own = { ...parts, startedMs, directory, store, ingest, endpoints }
  let receiving: Receiving | undefined
  const turns = openTurns({ atOnceMax: options.queriesAtOnceMax, waitingMax: options.queriesWaitingMax })
  const alerting = await startAlerting(parts, { query, turns, ingest, directory, ownUrl: () => endpoints.ui })
  closers.push(() => alerting.stop())
  const dashboards = await openDashboards(parts, directory)
  const heard = () => receiving?.counts()
  const api = await listen(options, 'uiPort', (port) =>
    startApi({
      ...options,
      port,
      version,
      uiDirectory: fileURLToPath(new URL('./ui/', import.meta.url)),
      query,
      status: () => readStatus({ ...own, policy, receiving: heard() }),
      turns,
      ruleGroups: () => alerting.groups(),
      slos: () => alerting.slos(),
      rules: alerting.rules,
      dashboards,
      alertmanagers: () => alerting.notifying.alertmanagers(),
      notifying: alerting.notifying,
      metricsText: () => ownMetricsText({ ...own, dropped: retention.dropped(), receiving: heard(), alerting }),
      scrapeTargets: () => receiving?.scrapeTargets() ?? nothingScraped,
      limits: () => ({ ...asking, keepMetricsMs: policy.metrics }),
      isReady: () => receiving !== undefined,
      nowUnixMs,
      report: (error) => reportFault(report, error),
    }),
  )
  closers.push(() => api.stop())
  const started = await startReceiving(parts, ingest, closers)
  closers.push(await listenForBackups(parts, { store, ingest, directory }))
  receiving = started
  Object.assign(endpoints, { ui: api.url, otlpHttp: started.otlpHttp, otlpGrpc: started.otlpGrpc })
  const reload = (changed: Options): void => {
    Object.assign(asking, changed)
    policy = retentionPolicy(changed)
    void retention.look()
    started.reload(changed)
    alerting.reload(changed)
    dashboards.reload(changed)
  }
  return { ...endpoints, directory, reload }
}

/** The store, and the way into it. */
async function openIngest(
  { options, nowUnixMs, report }: ServerParts,
  directory: string,
  closers: Closers,
): Promise<{ store: Store; ingest: Ingest }> {
  const warn = (sentence: string): void => report('warn', sentence)
  const store = await openStore(options, directory, warn)
  closers.push(() => store.close())
  await store.migrate()
  const ingest = await startIngest({
    store,
    directory,
    options: { ...options, limits: options, arrival: arrivalOptions(options) },
    nowUnixMs,
    report: warn,
  })
  closers.push(() => ingest.stop())
  const logIndex = startLogIndex({ store, loaded: () => ingest.counts().logs.loaded, report: warn })
  closers.push(() => logIndex.stop())
  return { store, ingest }
}
