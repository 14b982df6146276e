import type { Elsewhere } from '../evaluate/evaluation.ts'
import type { Labels } from '../evaluate/labels.ts'
import type { EvaluateOptions } from '../evaluate/options.ts'
import {
  type QueryAnswer,
  type QueryError,
  type QueryInput,
  runInstantQuery,
  runRangeQuery,
} from '../evaluate/query.ts'
import type { SeriesSource } from '../evaluate/series-source.ts'
import type { Expression } from '../parse/ast.ts'
import type { ParseOptions } from '../parse/options.ts'
import { parseExpression } from '../parse/parse.ts'
import { compareAnswer } from './compare.ts'
import { type FloatSeries, withCustomBuckets } from './custom-buckets.ts'
import { dependsOnQuery, fixedInTime } from './fix-in-time.ts'
import { type MemorySample, MemorySource } from './memory-source.ts'
import type { Command, Eval, Load, LoadedSeries } from './read-script.ts'

/** One `eval` of a script and how it went; `problem` is empty when it went as expected. */
export type CaseResult = {
  readonly line: number
  readonly query: string
  readonly problem: string
  readonly usesHistograms: boolean
}

/** Where the samples of a script may be, beside memory. */
export type ScriptHome = {
  readonly name: string
  readonly add: (labels: Labels, samples: readonly MemorySample[]) => void
  readonly clear: () => void
  /** One for each question. */
  readonly open: () => { source: SeriesSource; elsewhere: Elsewhere }
}

export type ScriptRun = {
  readonly parse: ParseOptions
  readonly evaluate: EvaluateOptions
  /** Whether histograms of a script say when they began: Prometheus' storage keeps that of floats alone, yet. */
  readonly histogramStarts: boolean
  /** Each has to answer every case as the plain evaluator over memory does. */
  readonly homes: readonly ScriptHome[]
}

/** Runs a script from top to bottom; a case that goes wrong does not keep the next from being run. */
export async function runScript(commands: readonly Command[], run: ScriptRun): Promise<readonly CaseResult[]> {
  const source = new MemorySource()
  const results: CaseResult[] = []
  for (const command of commands) {
    if (command.kind === 'clear') for (const home of [source, ...run.homes]) home.clear()
    else if (command.kind === 'load')
      for (const home of [source, ...run.homes]) load(command, home, run.histogramStarts)
    else {
      const { line, query } = command
      const usesHistograms = command.series.some(({ points }) => points.some(({ kind }) => kind === 'histogram'))
      results.push({ line, query, usesHistograms, problem: await problemOf(command, source, run) })
    }
  }
  return results
}

function load(command: Load, source: Pick<ScriptHome, 'add'>, histogramStarts: boolean): void {
  // Of a series that one load has twice, the later line counts.
  const bySeries = new Map(command.series.map((each) => [each.labels.key, each]))
  const series = [...bySeries.values()].map(
    (each): FloatSeries => ({ labels: each.labels, samples: samplesOf(each, command.stepMs, histogramStarts) }),
  )
  for (const { labels, samples } of series) source.add(labels, samples)
  if (command.withCustomBuckets)
    for (const { labels, samples } of withCustomBuckets(series)) source.add(labels, samples)
}

function samplesOf(
  { points, startOffsetsMs }: LoadedSeries,
  stepMs: number,
  histogramStarts: boolean,
): readonly MemorySample[] {
  return points.flatMap((point, i): readonly MemorySample[] => {
    const timeMs = i * stepMs
    const offsetMs = startOffsetsMs?.[i]
    const startMs = offsetMs === undefined ? 0 : timeMs + offsetMs
    if (point.kind === 'none') return []
    if (point.kind === 'stale') return [{ kind: 'stale', timeMs }]
    if (point.kind === 'float') return [{ kind: 'float', timeMs, value: point.value, startMs }]
    return [{ kind: 'histogram', timeMs, histogram: point.histogram, startMs: histogramStarts ? startMs : 0 }]
  })
}

async function problemOf(command: Eval, source: MemorySource, run: ScriptRun): Promise<string> {
  const expression = parseExpression(command.query, run.parse)
  if (expression.kind === 'parse-error')
    return compareAnswer(command, { kind: 'query-error', failure: 'bad-query', message: expression.sentence })
  const problem =
    compareAnswer(command, await runCase(command, inputOf(expression, source, run))) ||
    (command.range === undefined ? await otherWays(command, expression, source, run, command.atMs ?? 0) : '')
  if (problem !== '') return problem
  for (const home of run.homes) {
    const input = { ...inputOf(expression, source, run), ...home.open() }
    const elsewhere = compareAnswer(command, await runCase(command, input))
    if (elsewhere !== '') return `in ${home.name} ${elsewhere}`
  }
  return ''
}

const runCase = (command: Eval, input: QueryInput): Promise<QueryAnswer | QueryError> =>
  command.range === undefined ? runInstantQuery(input, command.atMs ?? 0) : runRangeQuery(input, command.range)

/**
 * The same question put in other ways must give the same answer: as the middle step of a range, and fixed in time with
 * `@` while asked at another time.
 */
async function otherWays(
  command: Eval,
  expression: Expression,
  source: MemorySource,
  run: ScriptRun,
  timeMs: number,
): Promise<string> {
  if (command.fail !== undefined || command.text !== undefined || dependsOnQuery(expression)) return ''
  if (command.rangeVector === undefined && !command.ordered) {
    const range = { startMs: timeMs - 60_000, endMs: timeMs + 60_000, stepMs: 60_000 }
    const answer = await runRangeQuery(inputOf(expression, source, run), range)
    const problem = compareAnswer({ ...command, ...noAnnotations }, stepOfRange(answer, timeMs, command))
    if (problem !== '') return `over a range ${problem}`
  }
  const fixed = fixedInTime(expression, timeMs)
  if (fixed === undefined) return ''
  for (const otherMs of [0, timeMs * 10 + 1000]) {
    const answer = await runInstantQuery(inputOf(fixed, source, run), otherMs)
    const problem = compareAnswer(command, answer)
    if (problem !== '') return `fixed with @ and asked at ${otherMs} ms ${problem}`
  }
  return ''
}

/** At the other steps of the range something else may be said. */
const noAnnotations = { warnings: [], infos: [], noWarnings: false, noInfos: false }

function stepOfRange(answer: QueryAnswer | QueryError, timeMs: number, command: Eval): QueryAnswer | QueryError {
  if (answer.kind === 'query-error' || answer.value.kind !== 'matrix') return answer
  const samples = answer.value.series.flatMap(({ labels, timesMs, values, histograms }) => {
    const at = timesMs.indexOf(timeMs)
    return at < 0 ? [] : [{ labels, value: values[at] ?? Number.NaN, histogram: histograms?.[at] }]
  })
  if (command.scalar !== undefined)
    return { ...answer, value: { kind: 'scalar', timeMs, value: samples[0]?.value ?? Number.NaN } }
  return { ...answer, value: { kind: 'vector', timeMs, samples } }
}

function inputOf(expression: Expression, source: MemorySource, run: ScriptRun): QueryInput {
  return {
    expression,
    source,
    options: run.evaluate,
    nowMs: () => performance.now(),
    signal: new AbortController().signal,
  }
}
