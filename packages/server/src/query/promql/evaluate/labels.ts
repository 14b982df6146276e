import { quote } from '../parse/literals.ts'

export type Label = readonly [name: string, value: string]

/**
 * The labels of a series, by name in order, none of them empty. `key` is the same text for the same labels.
 *
 * Labels of stored series live from query to query, and what nearly every query makes of them is kept here: themselves
 * without the name, and the group they fell into last.
 */
export class Labels {
  readonly pairs: readonly Label[]
  readonly key: string
  #bare: Labels | undefined
  #grouping = ''
  #group: Labels | undefined

  constructor(pairs: readonly Label[], key: string) {
    this.pairs = pairs
    this.key = key
  }

  withoutMetadata(): Labels {
    this.#bare ??= dropLabels(this, metadataLabels)
    return this.#bare
  }

  /** Undefined where `keepGroup` was not called for this grouping last. */
  knownGroup(grouping: string): Labels | undefined {
    return this.#grouping === grouping ? this.#group : undefined
  }

  keepGroup(grouping: string, group: Labels): void {
    this.#grouping = grouping
    this.#group = group
  }
}

export const metricNameLabel = '__name__'
/** What goes when the meaning of a series changes: its name, and with it what is known of its type and unit. */
const metadataLabels: readonly string[] = [metricNameLabel, '__type__', '__unit__']

/** Of pairs that are in order and have no empty value. */
export function orderedLabels(pairs: readonly Label[]): Labels {
  let key = ''
  for (const [name, value] of pairs) key += `${name}\u0000${value}\u0001`
  return new Labels(pairs, key)
}

export const noLabels: Labels = orderedLabels([])

/** Labels with an empty value are the same as missing ones and left out. */
export function labelsFrom(pairs: Iterable<Label>): Labels {
  const kept = [...pairs].filter(([, value]) => value !== '')
  kept.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return orderedLabels(kept)
}

export function labelValue(labels: Labels, name: string): string {
  for (const pair of labels.pairs) if (pair[0] === name) return pair[1]
  return ''
}

export const metricName = (labels: Labels): string => labelValue(labels, metricNameLabel)

export function keepLabels(labels: Labels, names: readonly string[]): Labels {
  const kept: Label[] = []
  for (const pair of labels.pairs) if (names.includes(pair[0])) kept.push(pair)
  return orderedLabels(kept)
}

export function dropLabels(labels: Labels, names: readonly string[]): Labels {
  const kept = labels.pairs.filter(([name]) => !names.includes(name))
  return kept.length === labels.pairs.length ? labels : orderedLabels(kept)
}

export const dropMetadata = (labels: Labels): Labels => labels.withoutMetadata()

export function setLabels(labels: Labels, changed: Iterable<Label>): Labels {
  const all = new Map(labels.pairs)
  for (const [name, value] of changed) all.set(name, value)
  return labelsFrom(all)
}

export function compareLabels(a: Labels, b: Labels): number {
  const length = Math.min(a.pairs.length, b.pairs.length)
  for (let i = 0; i < length; i++) {
    const [nameA, valueA] = a.pairs[i] ?? ['', '']
    const [nameB, valueB] = b.pairs[i] ?? ['', '']
    if (nameA !== nameB) return nameA < nameB ? -1 : 1
    if (valueA !== valueB) return valueA < valueB ? -1 : 1
  }
  return a.pairs.length - b.pairs.length
}

/** `{__name__="up", job="api"}`, as error sentences show a series. */
export const labelsText = (labels: Labels): string =>
  `{${labels.pairs.map(([name, value]) => `${name}=${quote(value)}`).join(', ')}}`
