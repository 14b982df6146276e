import type { ScrapeConfig } from './config.ts'
import { type Exposed, unknownFamily } from './exposed.ts'
import { mutateLabels, whyBeyondLimits } from './mutate-labels.ts'
import type { Scraped } from './scrape-request.ts'
import type { Target } from './target.ts'

/** What a scrape came to, as the `scrape_*` series say it. */
export type ScrapeCounts = { scraped: number; kept: number; seriesAdded: number }

type SortedLabels = Scraped['labels']
/** What a series was relabelled to; no labels where it was dropped. */
type Known = { labels: SortedLabels | undefined; key: string; scrape: number; exemplars: ReadonlySet<string> }
type Live = { labels: SortedLabels; isHistogram: boolean }

/**
 * What is remembered of one target from scrape to scrape: what its series are relabelled to, and which were there last
 * time, so that those that are gone get a staleness marker.
 *
 *   begin -> add... -> end (all is well) or fail (nothing of it counts, every series is gone)
 */
export class TargetSeries {
  #known = new Map<string, Known>()
  #live = new Map<string, Live>()
  #scrape = 0
  #timeMs = 0
  #current = new Map<string, Live>()
  #scraped: Scraped[] = []
  #seen = new Set<string>()
  counts: ScrapeCounts = { scraped: 0, kept: 0, seriesAdded: 0 }
  /** Of the last scrape: the same series twice, of which the first counts. */
  duplicates = 0

  /** To be called when the configuration changed: what series are relabelled to may be another thing now. */
  forgetLabels(): void {
    this.#known.clear()
  }

  begin(timeMs: number): void {
    this.#scrape += 1
    this.#timeMs = timeMs
    this.#current = new Map()
    this.#seen = new Set()
    this.#scraped = []
    this.counts = { scraped: 0, kept: 0, seriesAdded: 0 }
    this.duplicates = 0
  }

  /** Answers why the whole scrape must fail; '' when all is well. */
  add(exposed: Exposed, target: Target, config: ScrapeConfig): string {
    this.counts.scraped += 1
    const raw = rawKeyOf(exposed)
    let known = this.#known.get(raw)
    if (known === undefined) {
      const read = knownOf(exposed, target, config)
      if (typeof read === 'string') return read
      known = read
      this.#known.set(raw, known)
      if (known.labels !== undefined) this.counts.seriesAdded += 1
    }
    known.scrape = this.#scrape
    const { labels, key } = known
    if (labels === undefined) return ''
    this.counts.kept += 1
    if (config.sampleLimit > 0 && this.counts.kept > config.sampleLimit)
      return `it has more than ${config.sampleLimit} samples, the sample_limit`
    const ownTimeMs = config.honorTimestamps ? exposed.timestampMs : undefined
    if (ownTimeMs === undefined && this.#seen.has(key)) {
      this.duplicates += 1
      return ''
    }
    this.#seen.add(key)
    if (ownTimeMs === undefined || config.trackTimestampsStaleness)
      this.#current.set(key, { labels, isHistogram: exposed.histogram !== undefined })
    this.#scraped.push(scrapedOf(exposed, known, ownTimeMs ?? this.#timeMs))
    return ''
  }

  /** What is to be stored: the samples, and markers for the series that are gone. */
  end(): Scraped[] {
    for (const [raw, { scrape }] of this.#known) if (scrape !== this.#scrape) this.#known.delete(raw)
    return this.#finish(this.#scraped)
  }

  fail(): Scraped[] {
    this.#current = new Map()
    return this.#finish([])
  }

  #finish(scraped: Scraped[]): Scraped[] {
    for (const [key, live] of this.#live) if (!this.#current.has(key)) scraped.push(markerOf(live, this.#timeMs))
    this.#live = this.#current
    this.#scraped = []
    return scraped
  }
}

/** Half of a surrogate pair alone: it is in no text that was UTF-8. */
const apart = '\ud800'

function rawKeyOf({ name, labels, histogram }: Exposed): string {
  let key = histogram === undefined ? name : apart + name
  for (const [label, value] of labels) key += apart + label + apart + value
  return key
}

function knownOf(exposed: Exposed, target: Target, config: ScrapeConfig): Known | string {
  const labels = mutateLabels(new Map([['__name__', exposed.name], ...exposed.labels]), target.labels, config)
  if (labels === undefined) return { labels, key: '', scrape: 0, exemplars: new Set() }
  if (!labels.has('__name__')) return `metric_relabel_configs left "${exposed.name}" without a name`
  const beyond = whyBeyondLimits(labels, config)
  if (beyond !== '') return beyond
  const sorted = [...labels].sort(([a], [b]) => (a < b ? -1 : 1))
  // A histogram and a number under the same labels are two series.
  const key = JSON.stringify([sorted, exposed.histogram !== undefined])
  return { labels: sorted, key, scrape: 0, exemplars: new Set() }
}

/** An exemplar stands at the target until there is another one; it is stored once. */
function scrapedOf(exposed: Exposed, known: Known, timeMs: number): Scraped {
  const { value, histogram, createdMs, family } = exposed
  const exemplars = exposed.exemplars.filter((each) => !known.exemplars.has(JSON.stringify(each)))
  if (exposed.exemplars.length > 0) known.exemplars = new Set(exposed.exemplars.map((each) => JSON.stringify(each)))
  return { labels: known.labels ?? [], timeMs, value, histogram, createdMs, exemplars, family }
}

function markerOf({ labels, isHistogram }: Live, timeMs: number): Scraped {
  return {
    labels,
    timeMs,
    value: 'stale',
    histogram: isHistogram ? 'stale' : undefined,
    createdMs: 0,
    exemplars: [],
    family: unknownFamily,
  }
}

export type Report = ScrapeCounts & { isUp: boolean; durationMs: number }

const reported: readonly [name: string, help: string, unit: string, read: (report: Report) => number][] = [
  ['up', 'Whether the target could be scraped.', '', ({ isUp }) => (isUp ? 1 : 0)],
  ['scrape_duration_seconds', 'How long the scrape took.', 'seconds', ({ durationMs }) => durationMs / 1000],
  ['scrape_samples_scraped', 'Samples the target exposed.', '', ({ scraped }) => scraped],
  ['scrape_samples_post_metric_relabeling', 'Samples that metric_relabel_configs left.', '', ({ kept }) => kept],
  [
    'scrape_series_added',
    'Series that were not there in the scrape before, about.',
    '',
    ({ seriesAdded }) => seriesAdded,
  ],
]

/** The series a scrape says of itself; without a report, their staleness markers. */
export function reportSamples(target: Target, timeMs: number, report: Report | undefined): Scraped[] {
  return reported.map(([name, help, unit, read]) => ({
    labels: [...target.labels, ['__name__', name] as const].sort(([a], [b]) => (a < b ? -1 : 1)),
    timeMs,
    value: report === undefined ? 'stale' : read(report),
    histogram: undefined,
    createdMs: 0,
    exemplars: [],
    family: { type: 'gauge', help, unit },
  }))
}
