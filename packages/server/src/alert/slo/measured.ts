import type { MeasuredStep } from '@wakeline/analysis'
import { type Failed, type InstantAsk, isFailed, type RangeAsk } from '../../query/prometheus/prometheus.ts'
import type { PointSeries, QueryValue, Sample } from '../../query/promql/evaluate/query.ts'
import { printDurationMs, quote } from '../../query/promql/parse/literals.ts'
import { parseExpression } from '../../query/promql/parse/parse.ts'
import type { Slo } from './slo.ts'
import { ratioMetric } from './slo-rules.ts'

/** What the rules of SLOs have recorded of them is asked in PromQL. */
export type Asking = {
  readonly nowMs: number
  readonly instant: (ask: InstantAsk) => Promise<{ readonly value: QueryValue } | Failed>
  readonly range: (ask: RangeAsk) => Promise<{ readonly value: QueryValue } | Failed>
}

/** Greatest ratio now, by SLO and window: of several series the alerts look at the worst. */
export type Ratios = ReadonlyMap<string, number>
export const ratioKey = (id: string, windowMs: number): string => `${id} ${printDurationMs(windowMs)}`

const idsOf = (slos: readonly Slo[]): string =>
  `sloth_id=~${quote(slos.map(({ id }) => id.replaceAll('.', '\\.')).join('|'))}`

export async function askRatios(slos: readonly Slo[], asking: Asking): Promise<Ratios | Failed> {
  const samples = await askInstant(`{__name__=~"slo:sli_error:ratio_rate.+",${idsOf(slos)}}`, asking)
  if ('failed' in samples) return samples
  const ratios = new Map<string, number>()
  for (const { labels, value } of samples) {
    const key = `${labels.value('sloth_id')} ${labels.value('sloth_window')}`
    if (Number.isFinite(value)) ratios.set(key, Math.max(value, ratios.get(key) ?? 0))
  }
  return ratios
}

/** The steps that what was measured of some SLOs lies in: those of one period, and of the same shortest window. */
export type Steps = {
  readonly times: readonly number[]
  readonly stepMs: number
  readonly byId: ReadonlyMap<string, readonly MeasuredStep[]>
}

const stepsMax = 120
const stepMinMs = 60_000

/** Of the whole period; where only its end was measured, in finer steps from there on. */
export async function askSteps(slos: readonly Slo[], asking: Asking): Promise<Steps | Failed> {
  const [first] = slos
  if (first === undefined) return { times: [], stepMs: stepMinMs, byId: new Map() }
  const { periodMs, pageQuick } = first.windows
  const selector = `${ratioMetric(pageQuick.shortMs)}{${idsOf(slos)}}`
  const whole = gridOf(periodMs, asking.nowMs)
  const seen = await askRange('count_over_time', selector, { grid: whole, asking })
  if ('failed' in seen) return seen
  const began = Math.min(asking.nowMs, ...seen.map(({ timesMs }) => timesMs[0] ?? asking.nowMs))
  const measuredMs = asking.nowMs - began + whole.stepMs
  const isLate = measuredMs < periodMs / 2
  const grid = isLate ? gridOf(measuredMs, asking.nowMs) : whole
  const counts = isLate ? await askRange('count_over_time', selector, { grid, asking }) : seen
  if ('failed' in counts) return counts
  const sums = await askRange('sum_over_time', selector, { grid, asking })
  return 'failed' in sums ? sums : stepsOf(sums, counts, grid)
}

type Grid = { readonly startMs: number; readonly endMs: number; readonly stepMs: number; readonly count: number }

function gridOf(spanMs: number, endMs: number): Grid {
  const stepMs = Math.max(stepMinMs, Math.ceil(spanMs / stepsMax / stepMinMs) * stepMinMs)
  const count = Math.ceil(spanMs / stepMs)
  return { startMs: endMs - (count - 1) * stepMs, endMs, stepMs, count }
}

function stepsOf(sums: readonly PointSeries[], counts: readonly PointSeries[], grid: Grid): Steps {
  const { startMs, stepMs, count } = grid
  const byId = new Map<string, { sum: number; count: number }[]>()
  const add = (series: readonly PointSeries[], name: 'sum' | 'count'): void => {
    for (const { labels, timesMs, values } of series) {
      const id = labels.value('sloth_id')
      const steps = byId.get(id) ?? Array.from({ length: count }, () => ({ sum: 0, count: 0 }))
      byId.set(id, steps)
      timesMs.forEach((timeMs, i) => {
        const step = steps[Math.round((timeMs - startMs) / stepMs)]
        if (step !== undefined) step[name] += values[i] ?? 0
      })
    }
  }
  add(sums, 'sum')
  add(counts, 'count')
  return { times: Array.from({ length: count }, (_, i) => startMs + i * stepMs), stepMs, byId }
}

function expressionOf(text: string) {
  const expression = parseExpression(text)
  if (expression.kind === 'parse-error') throw new Error(`${text}: ${expression.message}`)
  return expression
}

async function askInstant(text: string, asking: Asking): Promise<readonly Sample[] | Failed> {
  const { instant, nowMs } = asking
  const answer = await instant({ expression: expressionOf(text), text, timeMs: nowMs })
  if (isFailed(answer)) return answer
  return answer.value.kind === 'vector' ? answer.value.samples : []
}

/** A function over time of each step. */
async function askRange(
  name: 'sum_over_time' | 'count_over_time',
  selector: string,
  { grid, asking: { range } }: { grid: Grid; asking: Asking },
): Promise<readonly PointSeries[] | Failed> {
  const { startMs, endMs, stepMs } = grid
  const text = `${name}(${selector}[${printDurationMs(stepMs)}])`
  const answer = await range({ expression: expressionOf(text), text, startMs, endMs, stepMs })
  if (isFailed(answer)) return answer
  return answer.value.kind === 'matrix' ? answer.value.series : []
}
