import { type Label, Labels, labelsFrom, metricNameLabel } from '../promql/evaluate/labels.ts'
import type { LabelMatcher } from '../promql/parse/ast.ts'
import { compileMatcher, type MatchValue } from '../promql/parse/matcher.ts'
import { type Face, facesOf, type Part, prometheusLabel, prometheusName } from './names.ts'
import type { ResourceRow } from './plan.ts'
import type { SeriesMetric, SeriesRow } from './series-rows.ts'

/**
 * Stored series as Prometheus sees them: their names, their labels, and which of them a selector means.
 *
 *   resource   service.namespace shop, service.name web, service.instance.id w-1, host.name h   ->  job, instance
 *   metric     http.server.request.duration, s, histogram                                       ->  name
 *   attributes http.route /cart                                                                 ->  http_route
 *
 * Asked for by its own name a metric keeps its own label names; matchers take either spelling both ways.
 */
export type Matcher = { name: string; matches: MatchValue }

/** Matchers of a text that was parsed: their patterns are known to compile. */
export function compiled(matchers: readonly LabelMatcher[]): Matcher[] {
  return matchers.map((matcher) => {
    const matches = compileMatcher(matcher)
    if (typeof matches === 'object') throw new Error(`a matcher that was checked does not compile: ${matches.error}`)
    return { name: matcher.name, matches }
  })
}

/** One name a metric is asked for by; `own` is its OpenTelemetry name. */
export type NamedFace = Face & { own: boolean }
export type FacesOfMetric = ReadonlyMap<string, readonly NamedFace[]>

const keyOf = ({ metric, kind, unit, monotonic }: SeriesMetric): string =>
  JSON.stringify([metric, kind, unit, monotonic])
export const facesFor = (faces: FacesOfMetric, row: SeriesMetric): readonly NamedFace[] => faces.get(keyOf(row)) ?? []

/** The same for row after row, which mostly are of one metric. */
export function facesByRow(faces: FacesOfMetric): (row: SeriesRow) => readonly NamedFace[] {
  let last: { metric: SeriesMetric; faces: readonly NamedFace[] } | undefined
  return ({ metric }) => {
    if (last?.metric !== metric) last = { metric, faces: facesFor(faces, metric) }
    return last.faces
  }
}

/** Own names are found only when they are said outright: a pattern would meet every metric twice. */
export function chooseFaces(metrics: readonly SeriesMetric[], matchers: readonly LabelMatcher[]): FacesOfMetric {
  const names = matchers.filter(({ name }) => name === metricNameLabel)
  const tests = compiled(names)
  const fits = ({ name }: Face): boolean => tests.every(({ matches }) => matches(name))
  const isSaid = names.some(({ operator }) => operator === '=')
  const chosen = new Map<string, NamedFace[]>()
  for (const row of metrics) {
    const known = prometheusName(row)
    const faces = facesOf(known, row.kind).map((face) => ({ ...face, own: false }))
    if (isSaid && row.metric !== known)
      faces.push(...facesOf(row.metric, row.kind).map((face) => ({ ...face, own: true })))
    const fitting = faces.filter(fits)
    if (fitting.length > 0) chosen.set(keyOf(row), fitting)
  }
  return chosen
}

export type Origin = { labels: readonly Label[]; attributes: ReadonlyMap<string, string> }

export function originOf(row: ResourceRow | undefined): Origin {
  const attributes = firstOfEach(row?.keys ?? [], row?.values ?? [])
  const name = attributes.get('service.name') ?? ''
  const namespace = attributes.get('service.namespace') ?? ''
  const job = namespace !== '' && name !== '' ? `${namespace}/${name}` : name
  return {
    labels: [
      ['job', job],
      ['instance', attributes.get('service.instance.id') ?? ''],
    ],
    attributes,
  }
}

function firstOfEach(keys: readonly string[], values: readonly string[]): Map<string, string> {
  const attributes = new Map<string, string>()
  keys.forEach((key, i) => {
    if (!attributes.has(key)) attributes.set(key, values[i] ?? '')
  })
  return attributes
}

/** Labels of attributes: names that become the same share one label, values joined in order of the keys. */
export function prometheusLabels(attributes: ReadonlyMap<string, string>): Map<string, string> {
  const labels = new Map<string, string>()
  for (const [key, value] of [...attributes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const name = prometheusLabel(key)
    const known = labels.get(name)
    labels.set(name, known === undefined ? value : `${known};${value}`)
  }
  return labels
}

/** A stored series under one of its names. `bound` tests the label that its points make: `le`, `quantile`. */
export type Exposed = { row: SeriesRow; part: Part; labels: Labels; bound: MatchValue }

const boundLabel = (part: Part): string => (part === 'bucket' ? 'le' : part === 'quantile' ? 'quantile' : '')

/** Puts a series into `found` under each of its names that fits. */
export function expose(
  row: SeriesRow,
  faces: readonly NamedFace[],
  origin: Origin,
  { matchers, layouts, found }: { matchers: readonly Matcher[]; layouts: Layouts; found: Exposed[] },
): void {
  const slow: NamedFace[] = []
  for (const face of faces) {
    const quick = layouts.expose(row, face, origin, matchers)
    if (quick === 'other') slow.push(face)
    else if (quick !== undefined) found.push(quick)
  }
  if (slow.length > 0) found.push(...exposeSlowly(row, slow, origin, matchers))
}

function exposeSlowly(
  row: SeriesRow,
  faces: readonly NamedFace[],
  origin: Origin,
  matchers: readonly Matcher[],
): Exposed[] {
  const own = firstOfEach(row.keys, row.values)
  const translated = prometheusLabels(own)
  return faces.flatMap((face) => {
    const shown = new Map(face.own ? own : translated)
    shown.delete(metricNameLabel)
    for (const [name, value] of origin.labels) if (value !== '') shown.set(name, value)
    const other = face.own ? translated : own
    const madeLabel = boundLabel(face.part)
    const labelOf = (name: string): string =>
      shown.get(name) ?? other.get(name) ?? (name.includes('.') ? (origin.attributes.get(name) ?? '') : '')
    const fits = matchers.every(({ name, matches }) => name === madeLabel || matches(labelOf(name)))
    if (!fits) return []
    const bounds = matchers.filter(({ name }) => name === madeLabel)
    return [
      {
        row,
        part: face.part,
        labels: labelsFrom([[metricNameLabel, face.name], ...shown]),
        bound: (value: string) => bounds.every(({ matches }) => matches(value)),
      },
    ]
  })
}

/** Where a label's value is: in the series' own, by place; or in its origin. */
type Source = { readonly name: string; readonly own: number; readonly origin: number; readonly met: LabelsMet }

/** Labels of one name: where they have few values (`status`), one object for each, which takes less memory and is compared at once. */
class LabelsMet {
  readonly #labels = new Map<string, Label>()

  label(name: string, value: string): Label {
    if (this.#labels.size > valuesMet) return [name, value]
    const known = this.#labels.get(value)
    if (known !== undefined) return known
    const label: Label = [name, value]
    this.#labels.set(value, label)
    return label
  }
}

/** Where there are more, most series have a value of their own (`pod`), and looking for it would be for nothing. */
const valuesMet = 100

/**
 * Series of one metric mostly have the same keys: how their labels are named and ordered is worked out once, and only the
 * values are put in. Keys that share a label, and matchers by other spellings, are left to `expose`.
 */
export class Layouts {
  readonly #known = new Map<string, readonly Source[] | 'other'>()
  #name: Label = [metricNameLabel, '']
  /** Of the row before, which mostly has the same keys. */
  #last: { keys: readonly string[]; own: boolean; layout: readonly Source[] | 'other' } | undefined

  /** Undefined where a matcher does not fit. */
  expose(
    row: SeriesRow,
    face: NamedFace,
    { labels }: Origin,
    matchers: readonly Matcher[],
  ): Exposed | undefined | 'other' {
    const layout = this.#layoutFor(row.keys, labels, face.own)
    if (layout === 'other') return 'other'
    const made = boundLabel(face.part)
    for (const { name, matches } of matchers) {
      if (name === made) continue
      const source = layout.find((each) => each.name === name)
      if (source === undefined && (face.own || !plainLabel.test(name))) return 'other'
      if (!matches(source === undefined ? '' : this.#labelOf(source, row, face, labels)[1])) return undefined
    }
    const pairs = this.#shown(layout, row, face, labels)
    return { row, part: face.part, labels: new Labels(pairs), bound: made === '' ? anyBound : boundOf(matchers, made) }
  }

  /** A list of exactly as many: ten thousand of them are kept. */
  #shown(layout: readonly Source[], row: SeriesRow, face: NamedFace, ofOrigin: readonly Label[]): readonly Label[] {
    let count = 0
    for (const source of layout) if (isShown(source, row, ofOrigin)) count++
    const shown = new Array<Label>(count)
    let at = 0
    for (const source of layout)
      if (isShown(source, row, ofOrigin)) shown[at++] = this.#labelOf(source, row, face, ofOrigin)
    return shown
  }

  /** What many series have in common is one label for all: their name, what comes from where they were made, and few values of one name. */
  #labelOf({ name, own, origin, met }: Source, row: SeriesRow, face: NamedFace, ofOrigin: readonly Label[]): Label {
    if (own >= 0) return met.label(name, row.values[own] ?? '')
    if (origin >= 0) return ofOrigin[origin] ?? [name, '']
    if (this.#name[1] !== face.name) this.#name = [name, face.name]
    return this.#name
  }

  #layoutFor(keys: readonly string[], origin: readonly Label[], own: boolean): readonly Source[] | 'other' {
    const last = this.#last
    if (last !== undefined && last.own === own && sameTexts(last.keys, keys)) return last.layout
    const key = JSON.stringify([own, keys])
    const layout = this.#known.get(key) ?? layoutOf(keys, origin, own)
    this.#known.set(key, layout)
    this.#last = { keys, own, layout }
    return layout
  }
}

const sameTexts = (a: readonly string[], b: readonly string[]): boolean =>
  a === b || (a.length === b.length && a.every((text, i) => text === b[i]))

/** Labels without a value are the same as missing ones. The metric has a name. */
const isShown = ({ own, origin }: Source, row: SeriesRow, ofOrigin: readonly Label[]): boolean =>
  own >= 0 ? (row.values[own] ?? '') !== '' : origin < 0 || (ofOrigin[origin]?.[1] ?? '') !== ''

const plainLabel = /^[a-zA-Z_][a-zA-Z0-9_]*$/
const anyBound: MatchValue = () => true

function boundOf(matchers: readonly Matcher[], made: string): MatchValue {
  const bounds = matchers.filter(({ name }) => name === made)
  return bounds.length === 0 ? anyBound : (value) => bounds.every(({ matches }) => matches(value))
}

function layoutOf(keys: readonly string[], origin: readonly Label[], own: boolean): readonly Source[] | 'other' {
  const sources: Source[] = [
    { name: metricNameLabel, own: -1, origin: -1, met: new LabelsMet() },
    ...origin.map(([name], i) => ({ name, own: -1, origin: i, met: new LabelsMet() })),
    ...keys.map((key, i) => ({ name: own ? key : prometheusLabel(key), own: i, origin: -1, met: new LabelsMet() })),
  ]
  if (new Set(sources.map(({ name }) => name)).size < sources.length) return 'other'
  return sources.sort((a, b) => (a.name < b.name ? -1 : 1))
}

const identity = new Set(['service.name', 'service.namespace', 'service.instance.id'])
export const targetInfoName = 'target_info'

/** `target_info` of a resource, undefined for one that has no name or nothing more to tell. */
export function targetInfoLabels({ labels, attributes }: Origin): Labels | undefined {
  const more = new Map([...attributes].filter(([key]) => !identity.has(key)))
  const named = labels.filter(([, value]) => value !== '')
  if (named.length === 0 || more.size === 0) return undefined
  return labelsFrom(new Map([...prometheusLabels(more), ...named, [metricNameLabel, targetInfoName] as const]))
}
