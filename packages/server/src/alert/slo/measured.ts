import type { MeasuredStep } from '@wakeline/analysis'
import { type Failed, isFailed, type Prometheus } from '../../query/prometheus/prometheus.ts'
import type { PointSeries, Sample } from '../../query/promql/evaluate/query.ts'
import { printDurationMs, quote } from '../../query/promql/parse/literals.ts'
import { parseExpression } from '../../query/promql/parse/parse.ts'
import type { Running } from '../../query/run.ts'
import type { Slo } from './slo.ts'
import { ratioMetric } from './slo-rules.ts'

/** What the rules of SLOs have recorded of them. */
export type Asking = { readonly prometheus: Prometheus; readonly running: Running; readonly nowMs: number }

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
  const whole = await askStepsOf(selector, periodMs, asking)
  if ('failed' in whole) return whole
  const began = [...whole.byId.values()].map((steps) => steps.findIndex(({ count }) => count > 0))
  const earliest = Math.min(...began.filter((at) => at >= 0))
  const left = whole.times.length - earliest
  return left < whole.times.length / 2 ? askStepsOf(selector, left * whole.stepMs, asking) : whole
}

async function askStepsOf(selector: string, spanMs: number, asking: Asking): Promise<Steps | Failed> {
  const stepMs = Math.max(stepMinMs, Math.ceil(spanMs / stepsMax / stepMinMs) * stepMinMs)
  const count = Math.ceil(spanMs / stepMs)
  const startMs = asking.nowMs - (count - 1) * stepMs
  const range = `[${printDurationMs(stepMs)}]`
  const at = { startMs, endMs: asking.nowMs, stepMs }
  const sums = await askRange(`sum_over_time(${selector}${range})`, at, asking)
  if ('failed' in sums) return sums
  const counts = await askRange(`count_over_time(${selector}${range})`, at, asking)
  if ('failed' in counts) return counts
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
  const { prometheus, running, nowMs } = asking
  const answer = await prometheus.instant({ expression: expressionOf(text), text, timeMs: nowMs }, running)
  if (isFailed(answer)) return answer
  return answer.value.kind === 'vector' ? answer.value.samples : []
}

type Span = { startMs: number; endMs: number; stepMs: number }

async function askRange(text: string, at: Span, asking: Asking): Promise<readonly PointSeries[] | Failed> {
  const { prometheus, running } = asking
  const answer = await prometheus.range({ expression: expressionOf(text), text, ...at }, running)
  if (isFailed(answer)) return answer
  return answer.value.kind === 'matrix' ? answer.value.series : []
}
