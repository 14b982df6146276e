import { quote } from '../parse/literals.ts'

export type Label = readonly [name: string, value: string]

/**
 * The labels of a series, by name in order, none of them empty. `key` is the same text for the same labels, made when it is
 * first asked for: of ten thousand series that become ten groups, nobody does.
 *
 * Labels of stored series live from query to query, and what nearly every query makes of them is kept here: themselves
 * without the name, and the group they fell into last.
 */
export class Labels {
  readonly pairs: readonly Label[]
  #key: string | undefined
  #bare: Labels | undefined
  #grouping = ''
  #group: Labels | undefined

  /** Of pairs that are in order and have no empty value. */
  constructor(pairs: readonly Label[]) {
    this.pairs = pairs
  }

  get key(): string {
    this.#key ??= keyOf(this.pairs)
    return this.#key
  }

  withoutMetadata(): Labels {
    this.#bare ??= this.#withoutMetadata()
    return this.#bare
  }

  /** Nearly always it is the name alone that goes. */
  #withoutMetadata(): Labels {
    const at = this.pairs.findIndex(isMetadata)
    if (at < 0) return this
    const rest = this.pairs.toSpliced(at, 1)
    return new Labels(rest.some(isMetadata) ? rest.filter((pair) => !isMetadata(pair)) : rest)
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
export const metadataLabels: readonly string[] = [metricNameLabel, '__type__', '__unit__']
const isMetadata = (label: Label): boolean => {
  const name = label[0]
  return name === metricNameLabel || name === '__type__' || name === '__unit__'
}

export function numberOfMetadata({ pairs }: Labels): number {
  let count = 0
  for (const pair of pairs) {
    // Labels are in order of their names, and most come behind these.
    if (pair[0] > lastMetadata) break
    if (isMetadata(pair)) count++
  }
  return count
}

const lastMetadata = '__unit__'

function keyOf(pairs: readonly Label[]): string {
  let key = ''
  for (const [name, value] of pairs) key += `${name}\u0000${value}\u0001`
  return key
}

export const noLabels: Labels = new Labels([])

/** Labels with an empty value are the same as missing ones and left out. */
export function labelsFrom(pairs: Iterable<Label>): Labels {
  const kept = [...pairs].filter(([, value]) => value !== '')
  kept.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return new Labels(kept)
}

export function labelValue(labels: Labels, name: string): string {
  for (const pair of labels.pairs) if (pair[0] === name) return pair[1]
  return ''
}

export const metricName = (labels: Labels): string => labelValue(labels, metricNameLabel)

export function keepLabels(labels: Labels, names: readonly string[]): Labels {
  const kept: Label[] = []
  for (const pair of labels.pairs) if (names.includes(pair[0])) kept.push(pair)
  return new Labels(kept)
}

export function dropLabels(labels: Labels, names: readonly string[]): Labels {
  const kept = labels.pairs.filter(([name]) => !names.includes(name))
  return kept.length === labels.pairs.length ? labels : new Labels(kept)
}

export const dropMetadata = (labels: Labels): Labels => labels.withoutMetadata()

export function setLabels(labels: Labels, changed: Iterable<Label>): Labels {
  const all = new Map(labels.pairs)
  for (const [name, value] of changed) all.set(name, value)
  return labelsFrom(all)
}

const nothing: Label = ['', '']

/** The order of `key`, without making keys. */
export function compareLabels(a: Labels, b: Labels): number {
  const length = Math.min(a.pairs.length, b.pairs.length)
  for (let i = 0; i < length; i++) {
    const ofA = a.pairs[i] ?? nothing
    const ofB = b.pairs[i] ?? nothing
    if (ofA === ofB) continue
    if (ofA[0] !== ofB[0]) return ofA[0] < ofB[0] ? -1 : 1
    if (ofA[1] !== ofB[1]) return ofA[1] < ofB[1] ? -1 : 1
  }
  return a.pairs.length - b.pairs.length
}

/** `{__name__="up", job="api"}`, as error sentences show a series. */
export const labelsText = (labels: Labels): string =>
  `{${labels.pairs.map(([name, value]) => `${name}=${quote(value)}`).join(', ')}}`
