import { addTo } from '../groups.ts'
import type { TraceProblem } from './across-traces.ts'
import { endOf, type ProblemNode, type ProblemSpan } from './problem.ts'
import type { Call, TraceFacts } from './trace-facts.ts'

const eachMinNano = 30e6
const savingMinNano = 100e6
const shareMin = 0.1
/** Of a span with more different calls below it the order is not looked at: every two of them are held against each other. */
const callsMax = 20

/**
 * Calls below one span that wait for one another here, and in another trace overlap or go the other way round: so they do
 * not need one another. One trace that shows it is enough, as in CRISP; none says that they do.
 */
export function needlessOrders<Span extends ProblemSpan>(traces: readonly TraceFacts<Span>[]): TraceProblem<Span>[] {
  const seen = new Map<string, ('before' | 'after' | 'beside')[]>()
  const places: { trace: number; parent: ProblemNode<Span>; calls: Call<Span>[] }[] = []
  for (const [trace, facts] of traces.entries()) {
    for (const { node: parent, calls: all } of facts.callers) {
      const calls = onceEach(all)
      if (calls.length < 2 || calls.length > callsMax) continue
      places.push({ trace, parent, calls })
      eachPair(calls, (first, second) => {
        const isBeside = second.node.offsetNano < endOf(first.node)
        addTo(seen, pairKey(parent, first, second), isBeside ? 'beside' : first.key < second.key ? 'before' : 'after')
      })
    }
  }
  const needless = new Set<string>()
  for (const [pair, ways] of seen) if (new Set(ways).size > 1 || ways.includes('beside')) needless.add(pair)
  return places.flatMap(({ trace, parent, calls }) => {
    const facts = traces[trace]
    if (facts === undefined) return []
    return chainsOf(calls, (first, second) => needless.has(pairKey(parent, first, second)), facts).flatMap((chain) =>
      problemOf(chain, parent, facts).map((problem) => ({ trace, problem })),
    )
  })
}

/** Calls one after the other, each of which needs none of those before it. */
function chainsOf<Span extends ProblemSpan>(
  calls: readonly Call<Span>[],
  isNeedless: (first: Call<Span>, second: Call<Span>) => boolean,
  facts: TraceFacts<Span>,
): Call<Span>[][] {
  const chains: Call<Span>[][] = []
  for (const call of calls) {
    if (facts.waitedNano(call.node) < eachMinNano) continue
    const chain = chains.at(-1)
    const isNext = chain?.every((before) => call.node.offsetNano >= endOf(before.node) && isNeedless(before, call))
    if (isNext === true) chain?.push(call)
    else chains.push([call])
  }
  return chains.filter(({ length }) => length > 1)
}

function problemOf<Span extends ProblemSpan>(
  chain: readonly Call<Span>[],
  parent: ProblemNode<Span>,
  facts: TraceFacts<Span>,
): TraceProblem<Span>['problem'][] {
  const nanos = chain.map(({ node }) => facts.waitedNano(node))
  const totalNano = nanos.reduce((sum, nano) => sum + nano, 0)
  const savingNano = totalNano - Math.max(...nanos)
  if (savingNano < savingMinNano || savingNano < shareMin * facts.waitedNano(parent)) return []
  return [
    {
      kind: 'serial.independent',
      service: parent.span.service,
      within: parent.span.name,
      subject: chain
        .map(({ subject }) => subject)
        .sort()
        .join('; '),
      count: chain.length,
      totalNano,
      savingNano,
      spans: chain.map(({ leaf }) => leaf),
    },
  ]
}

function eachPair<Item>(items: readonly Item[], take: (first: Item, second: Item) => void): void {
  for (const [at, first] of items.entries()) for (const second of items.slice(at + 1)) take(first, second)
}

/** The same whichever of the two comes first. */
function pairKey<Span extends ProblemSpan>(parent: ProblemNode<Span>, first: Call<Span>, second: Call<Span>): string {
  return JSON.stringify([parent.span.service, parent.span.name, ...[first.key, second.key].sort()])
}

/** Calls whose key no other beside it has: of the others it is not known which is which in another trace. */
function onceEach<Span extends ProblemSpan>(calls: readonly Call<Span>[]): Call<Span>[] {
  const counts = new Map<string, number>()
  for (const { key } of calls) counts.set(key, (counts.get(key) ?? 0) + 1)
  return calls.filter(({ key }) => counts.get(key) === 1)
}
