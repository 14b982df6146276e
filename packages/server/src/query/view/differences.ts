import {
  type AttributeDifference,
  type DifferencesAnswer,
  printAttribute,
  type ResourceRecord,
} from '@wakeline/protocol'
import type { DifferenceRow } from '../plan/differences.ts'

type Counted = Pick<DifferencesAnswer, 'chosenSpans' | 'otherSpans' | 'attributes'>
type Counts = { chosen: number; others: number }

const attributesMost = 40
const valuesMost = 8
/** Fewer on a side tell nothing. */
const leastSpans = 5

/**
 * Attributes by how much their values tell the chosen spans from the others: by the difference of the two shares, less what
 * chance makes of so few spans. What is different for each span, such as an id, has no share to speak of on either side.
 */
export function differencesOf(
  rows: readonly DifferenceRow[],
  resources: Readonly<Record<string, ResourceRecord>>,
): Counted {
  const totals: Counts = { chosen: 0, others: 0 }
  const byKey = new Map<string, Map<string, Counts>>()
  const add = (key: string, value: string, { chosen, others }: Counts): void => {
    const values = byKey.get(key) ?? new Map<string, Counts>()
    byKey.set(key, values)
    const known = values.get(value) ?? { chosen: 0, others: 0 }
    values.set(value, { chosen: known.chosen + chosen, others: known.others + others })
  }
  for (const { key, value, chosen, others } of rows) {
    const counts = { chosen: Number(chosen), others: Number(others) }
    if (key === 'n') Object.assign(totals, counts)
    else if (key === 'r') {
      for (const [name, told] of Object.entries(resources[value]?.attributes ?? {}))
        if (name !== 'service.name') add(`resource.${name}`, printAttribute(told), counts)
    } else add(key.slice(1), value, counts)
  }
  const attributes = [...byKey]
    .map(([key, values]) => ({ key, score: scoreOf(values, totals), values: mostDifferent(values, totals) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || (a.key < b.key ? -1 : 1))
    .slice(0, attributesMost)
    .map(({ key, values }): AttributeDifference => ({ key, values }))
  return { chosenSpans: totals.chosen, otherSpans: totals.others, attributes }
}

const share = (count: number, of: number): number => (of === 0 ? 0 : count / of)

function scoreOf(values: ReadonlyMap<string, Counts>, totals: Counts): number {
  if (Math.min(totals.chosen, totals.others) < leastSpans) return 0
  return [...values.values()].reduce((most, { chosen, others }) => {
    const difference = Math.abs(share(chosen, totals.chosen) - share(others, totals.others))
    return Math.max(most, difference - 3 * Math.sqrt(variance(chosen, totals.chosen) + variance(others, totals.others)))
  }, 0)
}

/** Of a share of so few: as if one more had been with it and one without, so that one of one is not certain. */
function variance(count: number, of: number): number {
  const likely = (count + 1) / (of + 2)
  return (likely * (1 - likely)) / (of + 2)
}

function mostDifferent(values: ReadonlyMap<string, Counts>, totals: Counts): AttributeDifference['values'] {
  const difference = ({ chosen, others }: Counts): number => share(chosen, totals.chosen) - share(others, totals.others)
  return [...values]
    .map(([value, counts]) => ({ value, ...counts }))
    .sort((a, b) => Math.abs(difference(b)) - Math.abs(difference(a)) || (a.value < b.value ? -1 : 1))
    .slice(0, valuesMost)
    .sort((a, b) => difference(b) - difference(a))
}
