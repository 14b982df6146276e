import { endOf, type Problem, type ProblemNode, type ProblemSpan, totalNanoOf } from './problem.ts'
import { numberOf } from './read-attributes.ts'
import { isRetried, runsOf } from './repeats.ts'
import type { Call, TraceFacts } from './trace-facts.ts'

/**
 * Calls made again because they failed. Where one that retries calls another that retries, the attempts multiply:
 *
 *   gateway -> orders     3 attempts
 *   orders -> stock       3 for each: 9
 *   stock -> database     3 for each: 27
 */

const attemptsMin = 3
/** Attempts at the bottom for one call at the top. */
const stormMin = 3

type Retry<Span extends ProblemSpan> = { run: Call<Span>[]; parent: ProblemNode<Span> | undefined; attempts: number }

export function retries<Span extends ProblemSpan>(facts: TraceFacts<Span>): Problem<Span>[] {
  const all = [...retriedRuns(facts), ...resentCalls(facts)]
  const storms = stormsOf(all, facts)
  const inStorm = new Set(storms.flatMap(({ within }) => within))
  return [
    ...storms.map(({ problem }) => problem),
    ...all.flatMap((retry) => (inStorm.has(retry) ? [] : [problemOf(retry, facts)])),
  ]
}

function retriedRuns<Span extends ProblemSpan>(facts: TraceFacts<Span>): Retry<Span>[] {
  return facts.callers.flatMap(({ node: parent, calls }) =>
    runsOf(calls, attemptsMin).flatMap((run) => (isRetried(run) ? [{ run, parent, attempts: run.length }] : [])),
  )
}

/** The library sent it again by itself and says how often. */
function resentCalls<Span extends ProblemSpan>(facts: TraceFacts<Span>): Retry<Span>[] {
  return facts.all.flatMap(({ node, parent, call }) => {
    if (call?.leaf !== node) return []
    const resent = numberOf(node.span.attributes, 'http.request.resend_count', 'http.resend_count')
    return resent >= attemptsMin - 1 ? [{ run: [call], parent: parent?.node, attempts: resent + 1 }] : []
  })
}

function stormsOf<Span extends ProblemSpan>(
  all: readonly Retry<Span>[],
  facts: TraceFacts<Span>,
): { problem: Problem<Span>; within: Retry<Span>[] }[] {
  if (all.length < 2) return []
  const retryOf = new Map(all.flatMap((retry) => retry.run.map(({ node }) => [node, retry] as const)))
  const outermost = new Map<Retry<Span>, { byLevel: Retry<Span>[][] }>()
  const placed = new Map<ProblemNode<Span>, { top: Retry<Span>; level: number }>()
  const seen = new Set<Retry<Span>>()
  for (const { node, parent } of facts.all) {
    const above = parent && placed.get(parent.node)
    const retry = retryOf.get(node)
    if (retry === undefined) {
      if (above !== undefined) placed.set(node, above)
      continue
    }
    const place = { top: above?.top ?? retry, level: above === undefined ? 0 : above.level + 1 }
    placed.set(node, place)
    if (seen.has(retry)) continue
    seen.add(retry)
    const { byLevel } = outermost.get(place.top) ?? { byLevel: [] }
    outermost.set(place.top, { byLevel })
    const level = byLevel[place.level] ?? []
    byLevel[place.level] = level
    level.push(retry)
  }
  return [...outermost].flatMap(([top, { byLevel }]) => {
    const deepest = byLevel.at(-1) ?? []
    const attempts = deepest.reduce((sum, retry) => sum + retry.attempts, 0)
    if (byLevel.length < 2 || attempts <= stormMin) return []
    const levels = byLevel.map((level) => `${level[0]?.parent?.span.service ?? ''} ${attemptsOf(level)}`)
    const nodes = deepest.flatMap(({ run }) => run)
    const problem: Problem<Span> = {
      ...problemOf(top, facts),
      kind: 'retry.storm',
      subject: nodes[0]?.subject ?? '',
      count: attempts,
      totalNano: totalNanoOf(nodes.map(({ node }) => node)),
      detail: levels.join(', '),
      spans: nodes.map(({ leaf }) => leaf),
    }
    return [{ problem, within: byLevel.flat() }]
  })
}

const attemptsOf = (level: readonly { attempts: number }[]): number =>
  level.reduce((sum, { attempts }) => sum + attempts, 0)

function problemOf<Span extends ProblemSpan>(
  { run, parent, attempts }: Retry<Span>,
  facts: TraceFacts<Span>,
): Problem<Span> {
  const nodes = run.map(({ node }) => node)
  const [first, last] = [nodes[0], nodes.at(-1)]
  const waited = parent === undefined || facts.waitedNano(parent) === 0 ? 0 : 1
  return {
    kind: 'retry.repeated',
    service: parent?.span.service ?? first?.span.service ?? '',
    within: parent?.span.name ?? first?.span.name ?? '',
    subject: run[0]?.subject ?? '',
    count: attempts,
    totalNano: totalNanoOf(nodes),
    // All before the last attempt, with the waits between.
    savingNano: first === undefined || last === undefined ? 0 : waited * (last.offsetNano - first.offsetNano),
    detail: backoffOf(nodes),
    spans: run.map(({ leaf }) => leaf),
  }
}

/** A wait shorter than this is none. */
const waitMinNano = 1e6

/** How long was waited between attempts. */
function backoffOf<Span extends ProblemSpan>(attempts: readonly ProblemNode<Span>[]): string {
  const waits = attempts.slice(1).map((node, before) => node.offsetNano - endOf(attempts[before] ?? node))
  if (waits.length === 0) return 'inside of the library'
  if (waits.every((nano) => nano < waitMinNano)) return 'without a wait between them'
  if (waits.length === 1) return 'with a wait between them'
  const ratios = waits.slice(1).map((nano, before) => nano / Math.max(1, waits[before] ?? 1))
  if (ratios.every((ratio) => ratio > 0.7 && ratio < 1.4)) return 'with the same wait each time'
  if (ratios.every((ratio) => ratio >= 1.4 && ratio <= 4)) return 'with longer waits each time'
  return 'with waits of different lengths'
}
