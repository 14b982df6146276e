import { quote } from '../parse/literals.ts'
import { printLabel } from '../parse/print.ts'

export type Label = readonly [name: string, value: string]

/** Where the labels of many series of one metric that have the same names are, each series at a place of its own. */
export type LabelsSource = {
  /** In order, and none of them empty. */
  readonly names: readonly string[]
  valueAt(place: number, depth: number): string
  pairsAt(place: number): readonly Label[]
  /** The same without names for which `isMetadata`. */
  withoutMetadata(): LabelsSource
}

/**
 * The labels of a series, by name in order, none of them empty. They are either given or made of a source when they are first asked
 * for, and so is `key`, the same text for the same labels: of ten thousand series that become ten groups, nobody asks.
 *
 * Labels of stored series live from query to query, and what nearly every query makes of them is kept here: themselves
 * without the name, and the group they fell into last.
 */
export class Labels {
  readonly #source: LabelsSource | undefined
  readonly #place: number
  #pairs: readonly Label[] | undefined
  #key: string | undefined
  #bare: Labels | undefined
  #grouping = ''
  #group: Labels | undefined

  /** Of pairs that are in order and have no empty value, or those at a place of a source. */
  constructor(from: readonly Label[] | LabelsSource, place = 0) {
    const isSource = 'pairsAt' in from
    this.#source = isSource ? from : undefined
    this.#pairs = isSource ? undefined : from
    this.#place = place
  }

  get pairs(): readonly Label[] {
    this.#pairs ??= this.#source?.pairsAt(this.#place) ?? []
    return this.#pairs
  }

  /** So two of them are told apart by what they hold, made already or not. */
  [Symbol.iterator](): Iterator<Label> {
    return this.pairs[Symbol.iterator]()
  }

  /** Whether both are of one source, and so of the same metric. */
  isBeside(other: Labels): boolean {
    return this.#source !== undefined && this.#source === other.#source
  }

  get size(): number {
    return this.#source === undefined ? this.pairs.length : this.#source.names.length
  }

  nameAt(depth: number): string {
    return (this.#source === undefined ? this.pairs[depth]?.[0] : this.#source.names[depth]) ?? ''
  }

  valueAt(depth: number): string {
    const pairs = this.#pairs
    return (pairs === undefined ? this.#source?.valueAt(this.#place, depth) : pairs[depth]?.[1]) ?? ''
  }

  /** Empty where there is no such label. */
  value(name: string): string {
    const source = this.#source
    if (source !== undefined) {
      const depth = source.names.indexOf(name)
      return depth < 0 ? '' : this.valueAt(depth)
    }
    for (const pair of this.pairs) if (pair[0] === name) return pair[1]
    return ''
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
    if (this.#source !== undefined) return new Labels(this.#source.withoutMetadata(), this.#place)
    const rest = this.pairs.filter(([name]) => !isMetadata(name))
    return rest.length === this.pairs.length ? this : new Labels(rest)
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
export const isMetadata = (name: string): boolean =>
  name === metricNameLabel || name === '__type__' || name === '__unit__'

export function numberOfMetadata(labels: Labels): number {
  let count = 0
  for (let depth = 0; depth < labels.size; depth++) {
    const name = labels.nameAt(depth)
    // Labels are in order of their names, and most come behind these.
    if (name > lastMetadata) break
    if (isMetadata(name)) count++
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

export const labelValue = (labels: Labels, name: string): string => labels.value(name)

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
  `{${labels.pairs.map(([name, value]) => `${printLabel(name)}=${quote(value)}`).join(', ')}}`
