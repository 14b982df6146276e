import type { Aggregation } from '../parse/ast.ts'
import { dropLabels, keepLabels, type Labels, labelValue, metadataLabels, metricNameLabel } from './labels.ts'

/** Which labels the groups of an aggregation have: `by` these, or `without` them. */
export type Grouping = Pick<Aggregation, 'grouping' | 'without'>

export function groupLabels(labels: Labels, { grouping, without }: Grouping): Labels {
  return without ? dropLabels(labels, [metricNameLabel, ...grouping]) : keepLabels(labels, grouping)
}

/** The same for aggregations that group alike. */
export const groupingName = ({ grouping, without }: Grouping): string => JSON.stringify([without, grouping])

/** What groups labels as this one groups those without the metric's name. */
export const withoutMetadata = ({ grouping, without }: Grouping): Grouping => ({
  without,
  grouping: without ? [...grouping, ...metadataLabels] : grouping.filter((name) => !metadataLabels.includes(name)),
})

/** Groups, and of each series the place of its own among them. */
export type Grouped = { readonly groups: readonly Labels[]; readonly of: Uint32Array }

export function groupsOf(series: readonly { readonly labels: Labels }[], grouping: Grouping): Grouped {
  const groups: Labels[] = []
  const begin = (labels: Labels): number => groups.push(groupLabels(labels, grouping)) - 1
  const placeOf = grouping.without ? byKey(grouping, begin) : byValues(grouping.grouping, begin)
  return { groups, of: Uint32Array.from(series, ({ labels }) => placeOf(labels)) }
}

function byKey(grouping: Grouping, begin: (labels: Labels) => number): (labels: Labels) => number {
  const places = new Map<string, number>()
  return (labels) => {
    const { key } = groupLabels(labels, grouping)
    const place = places.get(key) ?? begin(labels)
    places.set(key, place)
    return place
  }
}

/** Groups of these labels, found value by value: of ten thousand series in ten groups, labels are made for the ten alone. */
function byValues(names: readonly string[], begin: (labels: Labels) => number): (labels: Labels) => number {
  const root = new Branch()
  return (labels) => {
    let branch = root
    for (const name of names) branch = branch.at(labelValue(labels, name))
    branch.place ??= begin(labels)
    return branch.place
  }
}

class Branch {
  place: number | undefined
  readonly #next = new Map<string, Branch>()

  at(value: string): Branch {
    let next = this.#next.get(value)
    if (next === undefined) {
      next = new Branch()
      this.#next.set(value, next)
    }
    return next
  }
}
