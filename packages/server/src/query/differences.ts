import type { DifferencesAnswer } from '@wakeline/protocol'
import { isRefused, type Refused } from '../base/refused.ts'
import { askResources } from './origins.ts'
import { type DifferenceRow, differencesSql, type Side, type SidesRow, sidesSql } from './plan/differences.ts'
import type { Running } from './run.ts'
import type { Condition } from './search/condition.ts'
import { readSearch } from './search/read-search.ts'
import type { TimeRange } from './time-range.ts'
import { differencesOf } from './view/differences.ts'

/** `chosen` is a search of its own, for those of the spans that are held against the others; '' for the slowest twentieth. */
export type DifferencesAsk = TimeRange & { q: string; chosen: string }

/** So many of a side show what is frequent there to a per cent or two. */
const lookedAt = 5000
const valuesMax = 3000

/** What tells some spans from the others that a search finds: which attributes they have more often, or less. */
export async function askDifferences(ask: DifferencesAsk, running: Running): Promise<DifferencesAnswer | Refused> {
  const { q, chosen: chosenText, ...range } = ask
  const condition = readSearch('spans', q)
  if (isRefused(condition)) return condition
  const said = chosenText.trim() === '' ? undefined : readSearch('spans', chosenText)
  if (said !== undefined && isRefused(said)) return said
  const [counted] = await running.rows<SidesRow>(sidesSql({ ...range, condition, chosen: said }))
  const total = Number(counted?.total ?? 0)
  const slow = Number(counted?.slow ?? 0)
  const chosen = said ?? slowerThan(slow)
  const chosenSpans = said === undefined ? Math.ceil(total / 20) : Number(counted?.chosen ?? 0)
  const sides = { chosen: sideOf(chosenSpans), others: sideOf(total - chosenSpans) }
  const plan = { ...range, condition, chosen, sides, values: valuesMax }
  const rows = total === 0 ? [] : await running.rows<DifferenceRow>(differencesSql(plan))
  const resources = await askResources(
    rows.filter(({ key }) => key === 'r').map(({ value }) => value),
    running,
  )
  return {
    spans: total,
    ...(said === undefined && { slowFromNano: slow }),
    ...differencesOf(rows, resources),
    cost: running.cost(),
  }
}

function sideOf(spans: number): Side {
  return { spans, every: Math.ceil(spans / lookedAt) }
}

const slowerThan = (nano: number): Condition => ({
  is: 'number',
  source: { of: 'column', column: 'duration' },
  compare: '>',
  value: nano,
})
