import type { Search, SearchRefused, Value } from './ast.ts'
import type { Condition } from './condition.ts'
import { durationNano } from './durations.ts'
import { measures, planSearch } from './plan.ts'
import { refuse } from './tokens.ts'

/**
 * A search planned against whole traces. What a trace is asked is put together from `leaves`, conditions on one span
 * each: the engine says which spans match which leaf, and `holds` decides, one trace at a time.
 */
export type TraceSearch = { leaves: Condition[]; condition: TraceCondition }
export type TraceCondition =
  | { is: 'and'; terms: TraceCondition[] }
  | { is: 'or'; terms: TraceCondition[] }
  | { is: 'not'; term: TraceCondition }
  /** The trace has a span in the set; of the root it is said of which trace, not which span. */
  | { is: 'some'; spans: SpanSet; isRoot: boolean }
  | { is: 'measure'; measure: Measure; compare: '=' | '>' | '>=' | '<' | '<='; value: number }
export type SpanSet =
  | { is: 'leaf'; leaf: number }
  /** Spans of `below` whose parent, or any ancestor, is one of `above`. */
  | { is: 'related'; above: SpanSet; relation: '>' | '>>'; below: SpanSet }
export type Measure = (typeof measures)[number]

/** As many as the bits of a number that stay exact. */
const leavesMax = 50
const rootPrefix = 'root.'

function measureOf(key: string): Measure | undefined {
  return measures.find((measure) => key === `trace.${measure}`)
}

/**
 * Terms about one span go together: `service:web status:error trace.duration>1s` is one span that is both, in a trace
 * that took so long. `{ }` sets one span's terms apart from another's.
 */
export function planTraces(search: Search): TraceSearch | SearchRefused {
  const leaves: Condition[] = []
  const condition = planTrace(search, leaves)
  if ('refused' in condition) return condition
  if (leaves.length > leavesMax) return refuse(`it asks for more than ${leavesMax} spans`, { position: 0 })
  return { leaves, condition }
}

function planTrace(search: Search, leaves: Condition[]): TraceCondition | SearchRefused {
  if (!isOfTrace(search)) return someOf(planLeaf(search, leaves))
  switch (search.is) {
    case 'span':
      return someOf(planSet(search, leaves))
    case 'related': {
      const { ofTrace, related } = setApart(search)
      if (ofTrace.length === 0) return someOf(planSet(related, leaves))
      return planTerms('and', [related, ...ofTrace], leaves)
    }
    case 'not': {
      const term = planTrace(search.term, leaves)
      return 'refused' in term ? term : { is: 'not', term }
    }
    case 'or':
      return planTerms('or', search.terms, leaves)
    case 'and': {
      const ofSpan = search.terms.filter((term) => !isOfTrace(term))
      const ofTrace = search.terms.filter(isOfTrace)
      return planTerms('and', ofSpan.length === 0 ? ofTrace : [{ is: 'and', terms: ofSpan }, ...ofTrace], leaves)
    }
    case 'between':
      return planMeasureBetween(search, leaves)
    case 'compare':
      return planMeasure(search, leaves)
    default:
      throw new Error('A search of a trace was planned as one of a span')
  }
}

/** `{a} > {b} trace.spans>10`: what stands beside a span but is about the trace holds for the whole. */
function setApart(search: Search & { is: 'related' }): { related: Search & { is: 'related' }; ofTrace: Search[] } {
  const ofTrace: Search[] = []
  const spansOnly = (side: Search): Search => {
    if (side.is === 'related') return { ...side, above: spansOnly(side.above), below: spansOnly(side.below) }
    if (side.is !== 'and') return side
    const isApart = (term: Search): boolean => isOfTrace(term) && (term.is === 'compare' || term.is === 'between')
    const left = side.terms.filter((term) => !isApart(term))
    const only = left[0]
    if (only === undefined) return side
    ofTrace.push(...side.terms.filter(isApart))
    return left.length === 1 ? only : { is: 'and', terms: left }
  }
  return { related: { ...search, above: spansOnly(search.above), below: spansOnly(search.below) }, ofTrace }
}

function planTerms(is: 'and' | 'or', searches: readonly Search[], leaves: Condition[]): TraceCondition | SearchRefused {
  const terms: TraceCondition[] = []
  for (const search of searches) {
    const term = planTrace(search, leaves)
    if ('refused' in term) return term
    terms.push(term)
  }
  return { is, terms }
}

/** Whether a search is about more than one span. */
function isOfTrace(search: Search): boolean {
  switch (search.is) {
    case 'and':
    case 'or':
      return search.terms.some(isOfTrace)
    case 'not':
      return isOfTrace(search.term)
    case 'span':
    case 'related':
      return true
    case 'compare':
    case 'between':
      return measureOf(search.key) !== undefined || search.key.startsWith(rootPrefix)
    default:
      return false
  }
}

function planSet(search: Search, leaves: Condition[]): SpanSet | SearchRefused {
  if (search.is === 'span') {
    if (!isOfTrace(search.search)) return planLeaf(search.search, leaves)
    return refuse("between '{' and '}' stand conditions on one span", search)
  }
  if (search.is !== 'related') {
    if (!isOfTrace(search)) return planLeaf(search, leaves)
    return refuse('only spans stand beside > and >>; put what is about the trace outside, with the rest in ( )', {
      position: positionOf(search),
    })
  }
  const above = planSet(search.above, leaves)
  if ('refused' in above) return above
  const below = planSet(search.below, leaves)
  return 'refused' in below ? below : { is: 'related', above, relation: search.relation, below }
}

function positionOf(search: Search): number {
  switch (search.is) {
    case 'and':
    case 'or':
      return positionOf(search.terms.find(isOfTrace) ?? { is: 'all' })
    case 'not':
      return positionOf(search.term)
    case 'compare':
      return search.value.position
    case 'all':
    case 'words':
      return 0
    default:
      return search.position
  }
}

function planLeaf(search: Search, leaves: Condition[]): SpanSet | SearchRefused {
  const condition = planSearch('spans', search)
  return 'refused' in condition ? condition : leaf(condition, leaves)
}

function leaf(condition: Condition, leaves: Condition[]): SpanSet {
  leaves.push(condition)
  return { is: 'leaf', leaf: leaves.length - 1 }
}

function someOf(spans: SpanSet | SearchRefused): TraceCondition | SearchRefused {
  return 'refused' in spans ? spans : { is: 'some', spans, isRoot: false }
}

const isRoot: Condition = { is: 'id', column: 'parent_span_id', hex: '0'.repeat(16) }

function planMeasure(search: Search & { is: 'compare' }, leaves: Condition[]): TraceCondition | SearchRefused {
  const { key, compare, value } = search
  const measure = measureOf(key)
  if (measure === undefined) return planRoot({ ...search, key: key.slice(rootPrefix.length) }, leaves)
  const amount = value.is === 'exact' ? amountOf(measure, value) : undefined
  if (amount === undefined) {
    const example = measure === 'duration' ? 'trace.duration>1s' : `${key}>10`
    return refuse(
      `${key} is compared with a ${measure === 'duration' ? 'duration' : 'number'}, as in ${example}`,
      value,
    )
  }
  return { is: 'measure', measure, compare: compare === ':' ? '=' : compare, value: amount }
}

function amountOf(measure: Measure, value: Value & { is: 'exact' }): number | undefined {
  if (measure === 'duration') return durationNano(value.text)
  return /^\d{1,15}$/.test(value.text) ? Number(value.text) : undefined
}

function planRoot(search: Search, leaves: Condition[]): TraceCondition | SearchRefused {
  const condition = planSearch('spans', search)
  if ('refused' in condition) return condition
  return { is: 'some', spans: leaf({ is: 'and', terms: [isRoot, condition] }, leaves), isRoot: true }
}

function planMeasureBetween(search: Search & { is: 'between' }, leaves: Condition[]): TraceCondition | SearchRefused {
  const { key, least, most } = search
  if (measureOf(key) === undefined) return planRoot({ ...search, key: key.slice(rootPrefix.length) }, leaves)
  const ends: (Search & { is: 'compare' })[] = []
  if (least) ends.push({ is: 'compare', key, compare: least.isIncluded ? '>=' : '>', value: least.value })
  if (most) ends.push({ is: 'compare', key, compare: most.isIncluded ? '<=' : '<', value: most.value })
  return planTerms('and', ends, leaves)
}

/** The only leaf, where the search is of one span alone. */
export function onlyLeaf({ leaves, condition }: TraceSearch): Condition | undefined {
  return condition.is === 'some' && condition.spans.is === 'leaf' ? leaves[condition.spans.leaf] : undefined
}

/**
 * A condition that some span of every trace found must meet, where there is one: it finds the traces to look at. Of
 * several that each must hold, the one that most likely finds few.
 */
export function anchorOf({ leaves, condition }: TraceSearch): Condition | undefined {
  switch (condition.is) {
    case 'some':
      return anchorOfSet(condition.spans, leaves)
    case 'and':
      return rarest(condition.terms.map((term) => anchorOf({ leaves, condition: term })))
    case 'or': {
      const terms = condition.terms.map((term) => anchorOf({ leaves, condition: term }))
      const known = terms.filter((term) => term !== undefined)
      return known.length === terms.length ? { is: 'or', terms: known } : undefined
    }
    default:
      return undefined
  }
}

function anchorOfSet(set: SpanSet, leaves: readonly Condition[]): Condition | undefined {
  if (set.is === 'leaf') return leaves[set.leaf]
  return rarest([anchorOfSet(set.below, leaves), anchorOfSet(set.above, leaves)])
}

function rarest(conditions: readonly (Condition | undefined)[]): Condition | undefined {
  return conditions.reduce((best, each) => (rarity(each) > rarity(best) ? each : best), undefined)
}

function rarity(condition: Condition | undefined): number {
  switch (condition?.is) {
    case undefined:
      return -1
    case 'and':
      return Math.max(0, ...condition.terms.map(rarity))
    case 'or':
      return Math.min(...condition.terms.map(rarity))
    case 'id':
      return 5
    case 'text': {
      const isExact = condition.test.test === 'equals'
      if (condition.source.of === 'attribute') return isExact ? 4 : 3
      return isExact ? 2 : 1
    }
    case 'words':
      return 3
    case 'number':
      return condition.source.of === 'attribute' ? 3 : 1
    default:
      return 0
  }
}
