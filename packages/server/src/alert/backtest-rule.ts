import { type AlertSample, Backtest, backtestFigures } from '@wakeline/analysis'
import type { BacktestAnswer } from '@wakeline/protocol'
import { isRefused, type Refused } from '../base/refused.ts'
import { type Answered, isFailed } from '../query/prometheus/prometheus.ts'
import { type Labels, setLabels } from '../query/promql/evaluate/labels.ts'
import type { PointSeries } from '../query/promql/evaluate/query.ts'
import { childrenOf, type Expression, type VectorSelector } from '../query/promql/parse/ast.ts'
import { typeOf } from '../query/promql/parse/check.ts'
import { parseExpression } from '../query/promql/parse/parse.ts'
import { printExpression } from '../query/promql/parse/print.ts'
import type { Query } from '../query/query.ts'
import type { Running } from '../query/run.ts'

export type BacktestAsk = {
  readonly fromMs: number
  readonly toMs: number
  /** PromQL, as under `expr:` of an alert. */
  readonly expression: string
  readonly holdMs: number
  readonly keepFiringMs: number
  readonly intervalMs: number
  /** To be added to UTC for the clock of those who are woken. */
  readonly zoneOffsetMs: number
}

const evaluationsMax = 100_000
/** Of one question to the store: between two of them it can be stopped, and memory is given back. */
const evaluationsAtOnce = 5000
const episodesToldMax = 1000
/** How finely it is looked for where the data of an expression begin. */
const beginningSteps = 200

type Asking = { readonly ask: BacktestAsk; readonly query: Query; readonly running: Running }

/** What an alerting rule would have done over a stretch of what is stored, by the state machine that runs it. */
export async function backtestRule(
  ask: BacktestAsk,
  query: Query,
  running: Running,
): Promise<BacktestAnswer | Refused> {
  const expression = readExpression(ask)
  if (isRefused(expression)) return expression
  const asking = { ask, query, running }
  const dataFromMs = await beginningOf(expression, asking)
  if (typeof dataFromMs === 'object') return dataFromMs
  const { holdMs, keepFiringMs, intervalMs, fromMs, toMs, zoneOffsetMs } = ask
  const backtest = new Backtest({ holdMs, keepFiringMs, limit: 0 })
  const startMs = Math.ceil(Math.max(fromMs, dataFromMs ?? fromMs) / intervalMs) * intervalMs
  for (let atMs = startMs; atMs <= toMs; atMs += evaluationsAtOnce * intervalMs) {
    const endMs = Math.min(toMs, atMs + (evaluationsAtOnce - 1) * intervalMs)
    const series = await rangeOf(expression, { startMs: atMs, endMs, stepMs: intervalMs }, asking)
    if (isRefused(series)) return series
    const failed = evaluateSteps(backtest, series, { startMs: atMs, endMs, stepMs: intervalMs })
    if (failed !== '') return refuse(failed)
  }
  const episodes = backtest.episodes()
  return {
    fromMs,
    toMs,
    dataFromMs: dataFromMs ?? null,
    intervalMs,
    episodes: episodes.slice(-episodesToldMax).map(({ startMs: fired, endMs, labels }) => ({
      startMs: fired,
      endMs: endMs ?? null,
      labels: Object.fromEntries(labels),
    })),
    episodesTotal: episodes.length,
    figures: backtestFigures(episodes, { fromMs: startMs, toMs, zoneOffsetMs }),
    cost: running.cost(),
  }
}

const refuse = (why: string): Refused => ({
  refused: 'invalid_request',
  message: `Cannot try this rule on the past: ${why}`,
})

function readExpression({ expression: text, fromMs, toMs, intervalMs }: BacktestAsk): Expression | Refused {
  const expression = parseExpression(text)
  if (expression.kind === 'parse-error') {
    const message = `Cannot try this rule on the past: ${expression.message}`
    return { refused: 'invalid_query', message, position: expression.position.start }
  }
  const type = typeOf(expression)
  if (type !== 'vector' && type !== 'scalar')
    return {
      refused: 'invalid_query',
      message: `Cannot try this rule on the past: it gives a ${type}, and an alert needs a vector`,
      position: 0,
    }
  const evaluations = Math.floor((toMs - fromMs) / intervalMs)
  if (evaluations <= evaluationsMax) return expression
  const least = Math.ceil((toMs - fromMs) / evaluationsMax / 1000)
  return refuse(
    `it would be evaluated ${evaluations} times, and ${evaluationsMax} is the most; ask for a shorter time, or an interval of at least ${least}s`,
  )
}

type Steps = { readonly startMs: number; readonly endMs: number; readonly stepMs: number }

async function rangeOf(
  expression: Expression,
  { lookbackMs, ...steps }: Steps & { lookbackMs?: number },
  { query, running }: Asking,
): Promise<readonly PointSeries[] | Refused> {
  const asked = { expression, text: printExpression(expression), ...steps, lookbackMs }
  const answer = await query.prometheus.range(asked, running)
  return isFailed(answer) ? refuse(answer.message) : seriesOf(answer)
}

const seriesOf = ({ value }: Answered): readonly PointSeries[] => (value.kind === 'matrix' ? value.series : [])

/**
 * Where the data that an expression asks for begin: undefined where there are none in this time. What has no data of its own, as
 * the metric of an `absent`, holds nothing up.
 */
async function beginningOf(expression: Expression, asking: Asking): Promise<number | undefined | Refused> {
  const { fromMs, toMs } = asking.ask
  const stepMs = Math.max(1000, Math.ceil((toMs - fromMs) / beginningSteps))
  let beginningMs: number | undefined
  for (const selector of new Set(selectorsOf(expression).map(plain))) {
    const counted = parseExpression(`count(${selector})`)
    if (counted.kind === 'parse-error') throw new Error(counted.sentence)
    const first = await firstOf(counted, { startMs: fromMs, endMs: toMs, stepMs }, asking)
    if (typeof first === 'object') return first
    if (first !== undefined) beginningMs = Math.max(beginningMs ?? 0, first)
  }
  return beginningMs
}

/** The first step at which an expression has a point, as exactly as the rule is evaluated. */
async function firstOf(expression: Expression, steps: Steps, asking: Asking): Promise<number | undefined | Refused> {
  const series = await rangeOf(expression, { ...steps, lookbackMs: steps.stepMs }, asking)
  if (isRefused(series)) return series
  const first = series[0]?.timesMs[0]
  const { intervalMs } = asking.ask
  if (first === undefined || steps.stepMs <= intervalMs) return first
  // What is seen at a step came in the one before it.
  return firstOf(
    expression,
    { startMs: Math.max(steps.startMs, first - steps.stepMs), endMs: first, stepMs: intervalMs },
    asking,
  )
}

const selectorsOf = (expression: Expression): VectorSelector[] =>
  expression.kind === 'vector-selector' ? [expression] : childrenOf(expression).flatMap(selectorsOf)

const plain = (selector: VectorSelector): string =>
  printExpression({ ...selector, offset: undefined, at: undefined, extension: undefined })

/** Evaluation by evaluation, with those series that have a point there; '' or why the rule would have failed. */
function evaluateSteps(backtest: Backtest, series: readonly PointSeries[], { startMs, endMs, stepMs }: Steps): string {
  const walked = series.map(({ labels, timesMs, values }) => ({ sample: sampleOf(labels), timesMs, values, next: 0 }))
  for (let atMs = startMs; atMs <= endMs; atMs += stepMs) {
    const samples: AlertSample[] = []
    for (const each of walked) {
      if (each.timesMs[each.next] !== atMs) continue
      samples.push({ ...each.sample, value: each.values[each.next] ?? 0 })
      each.next += 1
    }
    const failed = backtest.evaluate(atMs, samples)
    if (failed !== '') return failed
  }
  return ''
}

function sampleOf(found: Labels): Omit<AlertSample, 'value'> {
  const labels = setLabels(found, [['__name__', '']])
  return { key: labels.key, labels: labels.pairs, annotations: [] }
}
