import { setImmediate } from 'node:timers/promises'
import type { NumberRows } from '../../base/native/read-columns.ts'
import { QueryFailure } from '../promql/evaluate/evaluation.ts'
import { type Labels, labelsText, metricNameLabel } from '../promql/evaluate/labels.ts'
import { countSamples } from '../promql/evaluate/select.ts'
import type { SampleSeries, SelectRequest, SeriesSource } from '../promql/evaluate/series-source.ts'
import type { LabelMatcher } from '../promql/parse/ast.ts'
import { printMatcher } from '../promql/parse/print.ts'
import type { Running } from '../run.ts'
import type { Sql } from '../sql.ts'
import { deltaStarts, floatSeries, mergeAlike } from './columns.ts'
import type { ExplainedStep } from './explained.ts'
import {
  chooseFaces,
  compiled,
  type Exposed,
  expose,
  facesByRow,
  facesFor,
  Layouts,
  targetInfoLabels,
  targetInfoName,
} from './exposed.ts'
import { histogramSeries, pointsOfRow } from './histogram-points.ts'
import { type Origin, type Origins, originOf, unknownOrigin } from './origin.ts'
import { type PlainSeries, plainOf } from './plain-series.ts'
import {
  aliveSql,
  boundedSql,
  exponentialSql,
  type IdRange,
  isSaidBySql,
  type MetricRow,
  metricsSql,
  type PointsAsk,
  type ResourceRow,
  resourcesSql,
  type SampleRange,
  samplesSql,
  seriesPicked,
  seriesSql,
  seriesWhere,
  summariesSql,
} from './plan.ts'
import { idOf, type SeriesRow, seriesRows } from './series-rows.ts'

/**
 * The evaluator's samples from the store. A selector is answered in three steps: the names of the days (which metrics
 * are meant), their series (which of them fit), and the points of those, one statement for each kind of point.
 */
export type SourceLimits = { seriesMax: number; samplesMax: number }

export type StoreSource = SeriesSource & {
  /** Things to know about the answers given so far. */
  warnings(): readonly string[]
}

/** Which series selectors mean, asked of the store once for a query. */
export type FindSeries = (matchers: readonly LabelMatcher[], range: SampleRange) => Promise<FoundSeries>
/**
 * The samples of series that are stored one value a time, in order of their labels; there may be more than of the range.
 * While nothing is new the same list comes again, so that what is made of it can be kept.
 */
export type ReadPlain = (found: FoundSeries, range: SampleRange) => Promise<PlainSamples | undefined>
export type PlainSamples = { series: readonly SampleSeries[]; from: 'memory' | 'store' }

export type StoreAsk = {
  running: Running
  limits: SourceLimits
  find: FindSeries
  readPlain: ReadPlain
  note: (step: ExplainedStep) => void
}

export function storeSource(ask: StoreAsk): StoreSource {
  const warnings = new Set<string>()
  return {
    warnings: () => [...warnings],
    async select(request) {
      const range = { afterMs: request.afterMs, untilMs: request.untilMs }
      const found = await ask.find(request.matchers, range)
      const { plain, others, infos } = found
      const what = `{${request.matchers.map(printMatcher).join(', ')}}`
      const count = (series: readonly SampleSeries[]): number => countSamples(series, range.afterMs, range.untilMs)
      const read = plain.rows.length === 0 ? nothingRead : await ask.readPlain(found, range)
      const ofPlain = read?.series
      if (read !== undefined && plain.rows.length > 0)
        ask.note({ from: read.from, what, series: read.series.length, samples: count(read.series) })
      if (ofPlain !== undefined && others.length === 0 && infos.length === 0 && !plain.hasTwins) return ofPlain
      const spread = ofPlain === undefined ? [...others, ...plain.exposed] : others
      const points = await readPoints(spread, found.where, request, ask)
      if (spread.length > 0) ask.note({ from: 'store', what, series: points.length, samples: count(points) })
      const { series, overlapping } = mergeAlike([...(ofPlain ?? []), ...points, ...infos])
      for (const labels of overlapping) warnings.add(overlapWarning(labels))
      return [...series].sort((a, b) => (a.labels.key < b.labels.key ? -1 : 1))
    },
  }
}

const nothingRead: PlainSamples = { series: [], from: 'memory' }

const overlapWarning = (labels: Labels): string =>
  `several senders share the series ${labelsText(labels)} at the same time, and their samples are mixed; ` +
  'give each process a service.instance.id of its own'

/** What a selector means. `found` is `plain.exposed` and `others`. */
export type FoundSeries = {
  found: readonly Exposed[]
  /** Series of one value a time, in order of their labels. */
  plain: PlainSeries
  /** Histograms and summaries. */
  others: readonly Exposed[]
  where: Sql
  /** The `target_info` that fit, ready with their samples. */
  infos: readonly SampleSeries[]
  /** Whether it depends on nothing but the series of its days. */
  mayBeKept: boolean
}

/** What is known of a selector before its series are: the condition that finds them, those of one value a time among them. */
export type SeriesMeant = {
  where: Sql
  plainAbout: number
  isWholeSaid: boolean
  /** Their ids lie between these. */
  ids: IdRange
  /** And are all that do, of those of one value a time. */
  isAllBetween: boolean
}

/** Is told how far the finding of series is. */
export type Finding = {
  meant(meant: SeriesMeant): void
  /** What names them is there, and the engine is not asked any more. */
  read(): void
  /** What was measured on the days of the range, where that was asked before. */
  metrics?: Promise<readonly MetricRow[]> | undefined
}
const unheard: Finding = { meant: () => {}, read: () => {} }

/** Which series a selector means. Throws the evaluator's failure where they are too many. */
export async function findSeries(
  matchers: readonly LabelMatcher[],
  range: SampleRange,
  running: Running,
  limits: SourceLimits,
  finding = unheard,
): Promise<FoundSeries> {
  const { seriesMax } = limits
  const infos = await targetInfos(matchers, range, running, limits)
  const mayBeKept = infos === undefined
  const metrics = await (finding.metrics ?? running.rows<MetricRow>(metricsSql(range)))
  const faces = chooseFaces(metrics, matchers)
  const labelMatchers = matchers.filter(({ name }) => name !== metricNameLabel)
  const meantMetrics = metrics.filter((row) => facesFor(faces, row).length > 0)
  const names = new Set(meantMetrics.map(({ metric }) => metric))
  const where = seriesWhere([...names], labelMatchers, range)
  if (names.size === 0) return foundSeries([], [], { where, infos: infos ?? [], mayBeKept })
  finding.meant({ where, ...plainIn(metrics, meantMetrics, labelMatchers) })
  const columns = await running.texts(seriesSql(where, seriesMax))
  await setImmediate()
  const { rows, table } = seriesRows(columns)
  if (rows.length > seriesMax) throw tooManySeries(seriesMax)
  const resources = new Set(table.resources)
  const origins = await readOrigins(resources, running)
  finding.read()
  const found: Exposed[] = []
  const naming = { matchers: compiled(labelMatchers), layouts: new Layouts(table, origins), found }
  const facesOf = facesByRow(faces)
  for (let from = 0; from < rows.length; from += namedAtOnce) {
    exposeSome(rows.slice(from, from + namedAtOnce), facesOf, origins, naming)
    // Samples may be on their way meanwhile.
    await setImmediate()
  }
  const isWhole = origins.size === resources.size
  return foundSeries(found, rows, { where, infos: infos ?? [], mayBeKept: mayBeKept && isWhole })
}

/** Not where the question waits: what runs often is compiled once for all questions, a long loop in what runs once for each anew. */
function exposeSome(
  rows: readonly SeriesRow[],
  facesOf: ReturnType<typeof facesByRow>,
  origins: Origins,
  naming: Parameters<typeof expose>[3],
): void {
  for (const row of rows)
    expose(row, facesOf(row), origins.get(row.table.resources[row.place] ?? '') ?? unknownOrigin, naming)
}

/** Of all metrics, those that are meant. */
function plainIn(
  metrics: readonly MetricRow[],
  meant: readonly MetricRow[],
  labelMatchers: readonly LabelMatcher[],
): Omit<SeriesMeant, 'where'> {
  const isPlain = ({ kind }: MetricRow): boolean => pointKind(kind) === 'samples'
  const plain = meant.filter(isPlain)
  const ids = idsOf(plain)
  const isApart = (row: MetricRow): boolean => BigInt(row.lastId) < ids.first || BigInt(row.firstId) > ids.last
  const others = metrics.filter((row) => isPlain(row) && !meant.includes(row))
  return {
    plainAbout: plain.reduce((sum, { series }) => sum + series, 0),
    isWholeSaid: isSaidBySql(labelMatchers),
    ids,
    isAllBetween: labelMatchers.length === 0 && others.every(isApart),
  }
}

function idsOf(metrics: readonly MetricRow[]): IdRange {
  const lower = (a: bigint, b: bigint): bigint => (a < b ? a : b)
  const higher = (a: bigint, b: bigint): bigint => (a > b ? a : b)
  const [first, ...more] = metrics.map(({ firstId, lastId }) => ({ first: BigInt(firstId), last: BigInt(lastId) }))
  if (first === undefined) return { first: 0n, last: 0n }
  return more.reduce((a, b) => ({ first: lower(a.first, b.first), last: higher(a.last, b.last) }), first)
}

/** The engine reads on only when somebody has taken the last piece, and one is read in the time in which about a thousand are named. */
const namedAtOnce = 100

async function foundSeries(
  found: readonly Exposed[],
  rows: readonly SeriesRow[],
  about: Pick<FoundSeries, 'where' | 'infos' | 'mayBeKept'>,
): Promise<FoundSeries> {
  const isPlain = ({ row }: Exposed): boolean => pointKind(row.metric.kind) === 'samples'
  const plain = await plainOf(found.filter(isPlain), about.where, rows)
  return { found, plain, others: found.filter((each) => !isPlain(each)), ...about }
}

const tooManySeries = (seriesMax: number): QueryFailure =>
  new QueryFailure('limit', `query selects more than ${seriesMax} series, which is the limit; ask with more labels`)

const resourcesAtOnce = 4000

async function readOrigins(resources: ReadonlySet<string>, running: Running): Promise<Origins> {
  const distinct = [...resources]
  const origins = new Map<string, Origin>()
  for (let from = 0; from < distinct.length; from += resourcesAtOnce) {
    const rows = await running.rows<ResourceRow>(resourcesSql(distinct.slice(from, from + resourcesAtOnce)))
    for (const row of rows) origins.set(row.id, originOf(row))
  }
  return origins
}

async function readPoints(
  found: readonly Exposed[],
  where: Sql,
  request: SelectRequest,
  { running, limits }: StoreAsk,
): Promise<SampleSeries[]> {
  const result: SampleSeries[] = []
  const range = { afterMs: request.afterMs, untilMs: request.untilMs }
  // When a counter began is a question of functions over a range only.
  const withStarts = request.functionName !== '' && request.functionName !== 'timestamp'
  for (const [kind, exposed] of byKind(found)) {
    const rowsOfKind = new Set(exposed.map(({ row }) => row))
    const ask = { picked: seriesPicked([...rowsOfKind], where), range, samplesMax: limits.samplesMax, withStarts }
    const rows = await running.numbers(statementFor(kind, exposed, ask))
    checkSamples(rows, limits.samplesMax)
    for (const each of seriesOfRows(kind, exposed, rows)) if (each.timesMs.length > 0) result.push(each)
  }
  return result
}

type PointKind = 'samples' | 'histogram' | 'exponential_histogram' | 'summary'
const pointKind = (kind: string): PointKind =>
  kind === 'histogram' || kind === 'exponential_histogram' || kind === 'summary' ? kind : 'samples'

function byKind(found: readonly Exposed[]): Map<PointKind, Exposed[]> {
  const kinds = new Map<PointKind, Exposed[]>()
  for (const exposed of found) {
    const kind = pointKind(exposed.row.metric.kind)
    const known = kinds.get(kind)
    if (known === undefined) kinds.set(kind, [exposed])
    else known.push(exposed)
  }
  return kinds
}

function statementFor(kind: PointKind, exposed: readonly Exposed[], ask: PointsAsk): Sql {
  if (kind === 'samples') return samplesSql(ask)
  if (kind === 'exponential_histogram') return exponentialSql(ask)
  if (kind === 'summary') return summariesSql(ask)
  return boundedSql(
    ask,
    exposed.some(({ part }) => part !== 'count' && part !== 'sum'),
  )
}

function checkSamples(rows: NumberRows, samplesMax: number): void {
  const samples = rows.arrays('times').reduce((sum, times) => sum + times.length, 0)
  if (samples > samplesMax) throw tooManySamples(samplesMax)
}

export const tooManySamples = (samplesMax: number): QueryFailure =>
  new QueryFailure(
    'limit',
    `query reads more than ${samplesMax} samples, which is the limit; ask for a shorter time or fewer series`,
  )

function seriesOfRows(kind: PointKind, exposed: readonly Exposed[], rows: NumberRows): SampleSeries[] {
  const byId = new Map<string, Exposed[]>()
  for (const each of exposed) {
    const id = idOf(each.row)
    const known = byId.get(id)
    if (known === undefined) byId.set(id, [each])
    else known.push(each)
  }
  const result: SampleSeries[] = []
  rows.ids('series_id').forEach((id, row) => {
    for (const each of byId.get(id.toString()) ?? []) {
      if (kind === 'samples') result.push(sampleSeries(each, rows, row))
      else result.push(...histogramSeries(each, pointsOfRow(rows, row)))
    }
  })
  return result
}

function sampleSeries({ row, labels }: Exposed, rows: NumberRows, at: number): SampleSeries {
  const none = new Float64Array(0)
  const starts = rows.arrays('starts')[at]
  const known = starts?.some((start) => start > 0) === true ? starts : undefined
  const series = floatSeries(labels, rows.arrays('times')[at] ?? none, rows.arrays('points')[at] ?? none, known)
  if (row.metric.temporality !== 'delta') return series
  return { ...series, startTimesMs: deltaStarts(series.timesMs, series.startTimesMs) }
}

/** `target_info` is 1 whenever a resource sent something, once a minute. Undefined where it is not meant. */
async function targetInfos(
  matchers: readonly LabelMatcher[],
  range: SampleRange,
  running: Running,
  { seriesMax }: SourceLimits,
): Promise<SampleSeries[] | undefined> {
  const tests = compiled(matchers)
  if (!tests.every(({ name, matches }) => name !== metricNameLabel || matches(targetInfoName))) return undefined
  const rows = await running.numbers(aliveSql(range, seriesMax))
  if (rows.rows > seriesMax) throw tooManySeries(seriesMax)
  const ids = [...rows.ids('series_id')].map(String)
  const origins = await readOrigins(new Set(ids), running)
  return ids.flatMap((id, at): SampleSeries[] => {
    const origin = origins.get(id)
    const labels = origin === undefined ? undefined : targetInfoLabels(origin)
    if (origin === undefined || labels === undefined) return []
    const shown = new Map(labels.pairs)
    const fits = tests.every(({ name, matches }) => matches(shown.get(name) ?? origin.attributes.get(name) ?? ''))
    if (!fits) return []
    const times = rows.arrays('times')[at] ?? new Float64Array(0)
    return [floatSeries(labels, times, new Float64Array(times.length).fill(1), undefined)]
  })
}
