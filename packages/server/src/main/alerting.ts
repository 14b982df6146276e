import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { Alerting, type AlertingCounts } from '../alert/alerting.ts'
import { type AskSearch, foundOf } from '../alert/ask-search.ts'
import type { Ask, RuleSample } from '../alert/evaluate-rule.ts'
import { MadeRules } from '../alert/made-rules.ts'
import type { GroupWorld, RunningGroup } from '../alert/running-group.ts'
import type { Slo } from '../alert/slo/slo.ts'
import type { RulesParts } from '../api/rules.ts'
import type { Turns } from '../api/turns.ts'
import { isRefused } from '../base/refused.ts'
import type { Ingest } from '../ingest/ingest.ts'
import type { NativeBuckets, NativeHistogram } from '../ingest/scrape/exposed.ts'
import { type Scraped, ScrapeRequest } from '../ingest/scrape/scrape-request.ts'
import { submitOtlp } from '../ingest/submit-otlp.ts'
import type { Options } from '../options.ts'
import { isFailed } from '../query/prometheus/prometheus.ts'
import { type Buckets, type Histogram, isCustom } from '../query/promql/evaluate/histogram/histogram.ts'
import type { Query } from '../query/query.ts'
import { listed } from './listed.ts'
import { type Notifying, startNotifying } from './notifying.ts'
import { reportFault } from './report-fault.ts'
import { type ReadRules, readRuleFiles, rulesFingerprint } from './rule-files.ts'
import type { ServerParts } from './server-parts.ts'
import { readSloFiles, windowFiles } from './slo-files.ts'

export type RunningAlerting = {
  groups(): readonly RunningGroup[]
  counts(): AlertingCounts
  /** Rules of the API: those made here, and what a draft is tried with. */
  rules: RulesParts
  notifying: Notifying
  /** Rule files with mistakes, of which the last version without goes on. */
  refusedFiles(): number
  /** Objectives whose rules run, and what is wrong with the files of others. */
  slos(): { slos: readonly Slo[]; errors: readonly string[] }
  /** Reads the files of other patterns, or the same again. */
  reload(options: Options): void
  stop(): Promise<void>
}

export type AlertingNeeds = {
  query: Query
  turns: Turns
  ingest: Ingest
  /** The server's own, absolute. */
  directory: string
  /** Where links lead when no other address is given. */
  ownUrl: () => string
}

/** How often rule files are looked at. */
const filesLookMs = 5000
const resendMs = 60_000

/** Evaluates the rules of `--rules`. A file with mistakes is told of and left out, and the others run. */
export async function startAlerting(parts: ServerParts, needs: AlertingNeeds): Promise<RunningAlerting> {
  const { options, nowUnixMs, report } = parts
  const stopping = new AbortController()
  const onFault = (error: unknown): void => reportFault(report, error)
  const externalUrl = (): string => options.externalUrl || needs.ownUrl()
  const notifying = await startNotifying(parts, { directory: needs.directory, externalUrl })
  const asking = { ask: askOf(needs, stopping.signal), askSearch: askSearchOf(needs, stopping.signal) }
  const alerting = new Alerting({
    nowUnixMs,
    onFault,
    evaluationIntervalMs: options.evaluationIntervalMs,
    ...asking,
    store: storeOf(needs.ingest),
    notify: notifying.notify,
    changed: (rule, transitions) => {
      for (const { alert, from, to } of transitions)
        if (to === 'firing' || from === 'firing')
          report('info', to === 'firing' ? 'alert fires' : 'alert fires no longer', {
            alert: rule.name,
            labels: Object.fromEntries(alert.labels),
          })
    },
    report: (sentence) => report('warn', sentence),
    get externalUrl() {
      return externalUrl()
    },
    externalLabels: new Map(),
    resendMs,
    clockMs: () => performance.now(),
  })
  const made = new MadeRules({ directory: needs.directory, nowUnixMs, changed: () => files.look() })
  await made.open()
  const files = new RuleFiles({ alerting, made }, parts, (sentence) => report('error', sentence))
  await files.look()
  const timer = setInterval(() => void files.look().catch(onFault), filesLookMs)
  timer.unref()
  return {
    groups: () => alerting.groups(),
    counts: () => alerting.counts(),
    rules: { made, groups: () => alerting.groups(), preview: { ...asking, externalUrl } },
    notifying,
    refusedFiles: () => files.refused,
    slos: () => ({ slos: files.slos, errors: files.sloErrors }),
    reload: (changed) => {
      files.options = changed
      void files.look().catch(onFault)
      notifying.reload(changed)
    },
    async stop() {
      clearInterval(timer)
      stopping.abort()
      await files.settled()
      await alerting.stop()
      await notifying.stop()
    },
  }
}

/** Rule files and files of SLOs, read again when one of them changes. */
class RuleFiles {
  options: Options
  refused = 0
  slos: readonly Slo[] = []
  sloErrors: readonly string[] = []
  readonly #alerting: Alerting
  readonly #version: string
  readonly #made: MadeRules
  readonly #report: (sentence: string) => void
  #seen = '(nothing yet)'
  /** The last version of each that had no mistakes. */
  #good = new Map<string, GoodFile>()
  #looking = Promise.resolve()

  constructor(
    { alerting, made }: { alerting: Alerting; made: MadeRules },
    { options, version }: ServerParts,
    report: (sentence: string) => void,
  ) {
    this.#alerting = alerting
    this.#made = made
    this.#version = version
    this.#report = report
    this.options = options
  }

  /** One look after another. */
  look(): Promise<void> {
    this.#looking = this.#looking.catch(() => {}).then(() => this.#look())
    return this.#looking
  }

  settled(): Promise<void> {
    return this.#looking.catch(() => {})
  }

  async #look(): Promise<void> {
    const { rules, slos, sloWindows, sloPeriodMs } = this.options
    const patterns = { rules: listed(rules), slos: listed(slos) }
    const windows = await windowFiles(sloWindows).catch(() => [])
    const watched = [...patterns.rules, ...patterns.slos, ...windows]
    const seen = `${this.#made.version}\n${watched.join('\n')}\n${await rulesFingerprint(watched)}`
    if (seen === this.#seen) return
    this.#seen = seen
    const read = await readRuleFiles(patterns.rules)
    const readSlos = await readSloFiles({
      patterns: patterns.slos,
      windowsFolder: sloWindows,
      periodMs: sloPeriodMs,
      version: this.#version,
    })
    const good = new Map<string, GoodFile>([...read.files, ...readSlos.files].map((file) => [file.path, file]))
    const refused = [...read.refused, ...readSlos.refused]
    for (const path of refused) {
      const before = this.#good.get(path)
      if (before !== undefined) good.set(path, before)
    }
    const made = this.#made.groups()
    for (const error of [...read.errors, ...readSlos.errors, ...made.problems]) this.#report(error)
    this.#good = good
    this.refused = refused.length
    this.slos = [...good.values()].flatMap((file) => file.slos ?? [])
    this.sloErrors = readSlos.errors
    await this.#alerting.replace([...[...good.values()].flatMap(({ groups }) => groups), ...made.groups])
  }
}

type GoodFile = ReadRules['files'][number] & { slos?: readonly Slo[] }

/** Rules wait for their turn at the engine in a line of their own: neither pages nor programs keep them from it. */
function askOf({ query, turns }: AlertingNeeds, signal: AbortSignal): Ask {
  return async (question) => {
    try {
      const running = query.running({ signal })
      const answer = await turns.take(signal, () => query.prometheus.instant(question, running), 'alerts')
      question.spend?.(running.cost())
      return isFailed(answer) ? { error: answer.message } : answer.value
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) }
    }
  }
}

/** The same for searches. */
function askSearchOf({ query, turns }: AlertingNeeds, signal: AbortSignal): AskSearch {
  return async ({ spend, ...ask }) => {
    try {
      const answer = await turns.take(signal, () => query.table(ask, { signal }), 'alerts')
      if (isRefused(answer)) return { error: answer.message }
      spend?.(answer.cost)
      return foundOf(answer)
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) }
    }
  }
}

const samplesPerRequest = 10_000
/** After that the rule has failed: those behind it in its group have to be evaluated, too. */
const storeMaxMs = 10_000

/** What rules make goes the way of all samples, and is durable before anybody is told that it is there. */
function storeOf(ingest: Ingest): GroupWorld['store'] {
  const submit = submitOtlp(ingest)
  return async (samples, isAskedSoon) => {
    const endMs = performance.now() + storeMaxMs
    const request = new ScrapeRequest()
    for (let from = 0; from < samples.length; from += samplesPerRequest) {
      for (const sample of samples.slice(from, from + samplesPerRequest)) {
        const scraped = scrapedOf(sample)
        if (scraped === undefined) return 'a native histogram with buckets of its own cannot be recorded'
        request.add(scraped)
      }
      const body = request.take()
      const batchId = randomUUID()
      for (;;) {
        const outcome = await submit({ signal: 'metrics', encoding: 'remote-write-2', body, batchId })
        if (outcome.kind === 'stored' && outcome.rejected > 0) return outcome.reason
        if (outcome.kind === 'stored') break
        const waitMs = outcome.kind === 'later' ? outcome.retryAfterSeconds * 1000 : 0
        if (outcome.kind === 'refused' || performance.now() + waitMs > endMs) return outcome.message
        await pause(waitMs)
      }
    }
    if (isAskedSoon && !(await ingest.flush(storeMaxMs)))
      return `what it recorded could not be asked for within ${storeMaxMs / 1000} s`
    return ''
  }
}

const family = { type: 'gauge', help: '', unit: '' } as const

function scrapedOf({ labels, timeMs, value, histogram }: RuleSample): Scraped | undefined {
  if (histogram !== undefined && isCustom(histogram)) return undefined
  const native = histogram && nativeOf(histogram)
  return { labels: labels.pairs, timeMs, value, histogram: native, createdMs: 0, exemplars: [], family }
}

const nativeOf = ({
  count,
  sum,
  schema,
  zeroThreshold,
  zeroCount,
  positive,
  negative,
}: Histogram): NativeHistogram => ({
  count,
  sum,
  schema,
  zeroThreshold,
  zeroCount,
  isFloat: true,
  positive: bucketsOf(positive),
  negative: bucketsOf(negative),
  // What a rule makes of histograms, as a rate, is no counter any more.
  isGauge: true,
})

function bucketsOf({ indexes, counts }: Buckets): NativeBuckets {
  const spans: [number, number][] = []
  indexes.forEach((index, i) => {
    const before = i === 0 ? 0 : (indexes[i - 1] ?? 0) + 1
    const last = spans.at(-1)
    if (last !== undefined && index === before) last[1] += 1
    else spans.push([index - before, 1])
  })
  return { spans, deltas: [], counts: [...counts] }
}
