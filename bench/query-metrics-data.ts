import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'

/**
 * The same 20,000 series for everyone, 240 samples each, one every 15 s for an hour: 10,000 counters `x` of ten jobs, and
 * 10,000 series of buckets `h_bucket`, of 1,000 histograms with ten bounds. Formulas, once here and once in SQL.
 */
const metricSize = { series: 10_000, samples: 240, jobs: 10, bounds: 10 }
export const metricStartMs = Date.UTC(2026, 0, 5, 10)
const intervalMs = 15_000
const day = '2026-01-05'
const { series, samples, jobs, bounds } = metricSize

const statusOf = (id: number): number => 200 + 100 * (id % 4)
const counterAt = (id: number, i: number): number => i * (1 + id) + id + 0.5
const histogramOf = (id: number): string => `job="job-${Math.floor(id / bounds) % jobs}",n="${Math.floor(id / bounds)}"`
const boundOf = (id: number): string => (id % bounds === bounds - 1 ? '+Inf' : String((id % bounds) + 1))
const bucketAt = (id: number, i: number): number => i * ((id % bounds) + 1) * (1 + (Math.floor(id / bounds) % 7))

/**
 * Statements that put them into our tables as remote write would: ids are hashes of all labels, but for the first eight bits,
 * which are of the metric's name; labels are attributes.
 */
export function storeStatements(): string[] {
  const bound = `if(number % ${bounds} = ${bounds - 1}, '+Inf', toString(number % ${bounds} + 1))`
  const idOf = (metric: string, number: string): string =>
    `bitOr(bitShiftLeft(cityHash64('${metric}'), 56), bitShiftRight(cityHash64('${metric}', ${number}), 8))`
  const seriesOf = (metric: string, job: string, labels: string): string =>
    `INSERT INTO series SELECT ${idOf(metric, 'number')}, '${day}', '${metric}', 'gauge', '', false, 'd', '', '',
    'job-' || toString(${job}), ${job} + 1, 1, ${labels}, '' FROM numbers(${series})`
  const samplesOf = (metric: string, value: string): string =>
    `INSERT INTO samples SELECT ${idOf(metric, `(number % ${series} AS id)`)},
    fromUnixTimestamp64Milli(${metricStartMs} + ${intervalMs} * (intDiv(number, ${series}) AS i), 'UTC'), 0, ${value}, 0
    FROM numbers(${series * samples})`
  return [
    `INSERT INTO resources SELECT number + 1, '${day}', 'job-' || toString(number), '',
    map('service.name', 'job-' || toString(number)), '', 0 FROM numbers(${jobs})`,
    seriesOf('x', `number % ${jobs}`, `map('n', toString(number), 'status', toString(200 + 100 * (number % 4)))`),
    samplesOf('x', 'i * (1 + id) + id + 0.5'),
    seriesOf(
      'h_bucket',
      `intDiv(number, ${bounds}) % ${jobs}`,
      `map('n', toString(intDiv(number, ${bounds})), 'le', ${bound})`,
    ),
    samplesOf('h_bucket', `i * (id % ${bounds} + 1) * (1 + intDiv(id, ${bounds}) % 7)`),
  ]
}

/** The text that `promtool tsdb create-blocks-from openmetrics` reads, and VictoriaMetrics with times in milliseconds. */
export async function writeExposition(path: string, unit: 'seconds' | 'milliseconds'): Promise<void> {
  const file = createWriteStream(path)
  const at = (i: number): number => (metricStartMs + i * intervalMs) / (unit === 'seconds' ? 1000 : 1)
  const write = async (name: string, labels: (id: number) => string, value: typeof counterAt): Promise<void> => {
    for (let id = 0; id < series; id++) {
      let lines = ''
      for (let i = 0; i < samples; i++) lines += `${name}{${labels(id)}} ${value(id, i)} ${at(i)}\n`
      if (!file.write(lines)) await once(file, 'drain')
    }
  }
  await write('x', (id) => `job="job-${id % jobs}",n="${id}",status="${statusOf(id)}"`, counterAt)
  await write('h_bucket', (id) => `${histogramOf(id)},le="${boundOf(id)}"`, bucketAt)
  file.end(unit === 'seconds' ? '# EOF\n' : '')
  await finished(file)
}
