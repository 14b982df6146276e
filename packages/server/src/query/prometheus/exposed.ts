import { type Label, Labels, labelsFrom, metricNameLabel } from '../promql/evaluate/labels.ts'
import type { LabelMatcher } from '../promql/parse/ast.ts'
import { compileMatcher, type MatchValue } from '../promql/parse/matcher.ts'
import { Layout, sourceOf } from './layout.ts'
import { type Face, facesOf, type Part, prometheusLabel, prometheusName } from './names.ts'
import { firstOfEach, isOfOrigin, type Origin, type Origins } from './origin.ts'
import type { SeriesMetric, SeriesRow, SeriesTable } from './series-rows.ts'

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
    const faces = namedFaces(known, row.kind, false)
    if (isSaid && row.metric !== known) faces.push(...namedFaces(row.metric, row.kind, true))
    const fitting = faces.filter(fits)
    if (fitting.length > 0) chosen.set(keyOf(row), fitting)
  }
  return chosen
}

/** Each written out: objects made by spreading others have a shape of their own for V8, which dies with them, and code compiled for it as well. */
const namedFaces = (metric: string, kind: string, own: boolean): NamedFace[] =>
  facesOf(metric, kind).map(({ name, part }) => ({ name, part, own }))

/** Labels of attributes: names that become the same share one label, values joined in order of the keys. */
function prometheusLabels(attributes: ReadonlyMap<string, string>): Map<string, string> {
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
  const own = firstOfEach(row.keys, row.table.values.list(row.place))
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

const plainLabel = /^[a-zA-Z_][a-zA-Z0-9_]*$/
const anyBound: MatchValue = () => true

function boundOf(matchers: readonly Matcher[], made: string): MatchValue {
  const bounds = matchers.filter(({ name }) => name === made)
  return bounds.length === 0 ? anyBound : (value) => bounds.every(({ matches }) => matches(value))
}

/**
 * Series of one metric mostly have the same keys: how their labels are named and ordered is worked out once, and the labels of
 * each are made when somebody asks. Keys that share a label, and matchers by other spellings, are left to `expose`.
 */
export class Layouts {
  readonly #table: SeriesTable
  readonly #origins: Origins
  readonly #known = new Map<string, Layout | 'other'>()
  /** Of the row before, which mostly has the same keys. */
  #last: { keys: readonly string[]; face: NamedFace; shown: number; layout: Layout | 'other' } | undefined

  constructor(table: SeriesTable, origins: Origins) {
    this.#table = table
    this.#origins = origins
  }

  /** Undefined where a matcher does not fit. */
  expose(row: SeriesRow, face: NamedFace, origin: Origin, matchers: readonly Matcher[]): Exposed | undefined | 'other' {
    const layout = this.#layoutFor(row.keys, face, origin)
    if (layout === 'other') return 'other'
    const made = boundLabel(face.part)
    for (const { name, matches } of matchers) {
      if (name === made) continue
      const depth = layout.names.indexOf(name)
      if (depth < 0 && !isOfOrigin(name) && (face.own || !plainLabel.test(name))) return 'other'
      if (!matches(depth < 0 ? '' : layout.valueAt(row.place, depth))) return undefined
    }
    const labels = layout.isWholeAt(row.place) ? new Labels(layout, row.place) : new Labels(layout.shownAt(row.place))
    return { row, part: face.part, labels, bound: made === '' ? anyBound : boundOf(matchers, made) }
  }

  #layoutFor(keys: readonly string[], face: NamedFace, { labels, shown }: Origin): Layout | 'other' {
    const last = this.#last
    if (last !== undefined && last.face === face && last.shown === shown && sameTexts(last.keys, keys))
      return last.layout
    const key = JSON.stringify([face.name, face.own, shown, keys])
    const layout = this.#known.get(key) ?? this.#layoutOf(keys, face, labels, shown)
    this.#known.set(key, layout)
    this.#last = { keys, face, shown, layout }
    return layout
  }

  #layoutOf(keys: readonly string[], face: NamedFace, ofOrigin: readonly Label[], shown: number): Layout | 'other' {
    const sources = [
      sourceOf(metricNameLabel, { label: [metricNameLabel, face.name] }),
      ...ofOrigin.flatMap(([name], origin) => ((shown >> origin) & 1 ? [sourceOf(name, { origin })] : [])),
      ...keys.map((key, own) => sourceOf(face.own ? key : prometheusLabel(key), { own })),
    ]
    if (new Set(sources.map(({ name }) => name)).size < sources.length) return 'other'
    return new Layout(
      sources.sort((a, b) => (a.name < b.name ? -1 : 1)),
      this.#table,
      this.#origins,
    )
  }
}

const sameTexts = (a: readonly string[], b: readonly string[]): boolean =>
  a === b || (a.length === b.length && a.every((text, i) => text === b[i]))
const identity = new Set(['service.name', 'service.namespace', 'service.instance.id'])
export const targetInfoName = 'target_info'

/** `target_info` of a resource, undefined for one that has no name or nothing more to tell. */
export function targetInfoLabels({ labels, attributes }: Origin): Labels | undefined {
  const more = new Map([...attributes].filter(([key]) => !identity.has(key)))
  const named = labels.filter(([, value]) => value !== '')
  if (named.length === 0 || more.size === 0) return undefined
  return labelsFrom(new Map([...prometheusLabels(more), ...named, [metricNameLabel, targetInfoName] as const]))
}
