import { clockName, operationProblems, type ProblemTree, prepareTrace, subtreesOf } from '@wakeline/analysis'
import type { ServiceProblemsAnswer } from '@wakeline/protocol'
import { askResources } from './origins.ts'
import { type ProblemSpanRow, type ProblemTraceRow, problemSpansSql, problemTracesSql } from './plan/problem-traces.ts'
import type { Running } from './run.ts'
import type { TimeRange } from './time-range.ts'
import { askPlaces } from './trace-places.ts'
import { type JudgedSpan, judgedSpans, serviceProblem } from './view/problems.ts'

/** `operation` '' for all that the service does. */
export type ProblemsAsk = TimeRange & { service: string; operation: string; traces: number }

/** Of one trace so many spans are looked at, of all together so many. */
const spansEach = 5000
const spansMax = 40_000
const tracesAtOnce = 25
const problemsMax = 100

/**
 * What is wrong in the traces of a service, below its own spans, those alike together. It looks at `traces`
 * of them, the slowest, some that failed and others by chance, until it has enough spans or half of the question's time is
 * spent; how many it looked at is in the answer.
 */
export async function askProblems(ask: ProblemsAsk, running: Running): Promise<ServiceProblemsAnswer> {
  const { traces, service, operation, ...range } = ask
  const found = await running.rows<ProblemTraceRow>(problemTracesSql({ ...range, service, operation, traces }))
  const ids = found.map(({ trace }) => trace)
  const timeMs = running.leftMs() / 2
  const looked: { traceId: string; part: ProblemTree<JudgedSpan> }[] = []
  let spansLookedAt = 0
  let tracesCut = 0
  for (let from = 0; from < ids.length && spansLookedAt < spansMax && running.leftMs() > timeMs; from += tracesAtOnce) {
    const rows = await askSpans(ids.slice(from, from + tracesAtOnce), running)
    const resources = await askResources(
      rows.map(({ resource }) => resource),
      running,
    )
    spansLookedAt += rows.length
    for (const { traceId, spans, isCut } of judgedSpans(rows)) {
      const clockOf = ({ resourceId }: JudgedSpan) => clockName(resourceId, resources[resourceId]?.attributes)
      const { tree } = prepareTrace(spans, { clockOf })
      const isAsked = (span: JudgedSpan) => span.service === service && (operation === '' || span.name === operation)
      looked.push({ traceId, part: subtreesOf(tree, isAsked) })
      if (isCut) tracesCut++
    }
  }
  const problems = operationProblems(looked.map(({ part }) => part))
  const traceIdAt = (place: number) => looked[place]?.traceId ?? ''
  return {
    tracesTotal: Number(found[0]?.total ?? 0),
    tracesLookedAt: looked.length,
    spansLookedAt,
    tracesCut,
    problems: problems.slice(0, problemsMax).map((problem) => serviceProblem(problem, traceIdAt)),
    problemsTotal: problems.length,
    cost: running.cost(),
  }
}

async function askSpans(traceIds: readonly string[], running: Running): Promise<ProblemSpanRow[]> {
  const places = await askPlaces(traceIds, running)
  return places === undefined ? [] : running.rows<ProblemSpanRow>(problemSpansSql(places, spansEach))
}
