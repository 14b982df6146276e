import type { Expression } from '../parse/ast.ts'
import { withoutParens } from '../parse/ast.ts'
import { isWellFormed } from '../parse/literals.ts'
import { compileRegex } from '../parse/regex.ts'
import { mergeSameLabels, QueryFailure } from './evaluation.ts'
import type { GridSeries } from './grid.ts'
import {
  compareLabels,
  type Label,
  type Labels,
  labelsFrom,
  labelValue,
  metricNameLabel,
  noLabels,
  setLabels,
} from './labels.ts'

/** Functions that look at labels only. */

function withLabel(series: GridSeries, name: string, value: string): GridSeries {
  const labels = setLabels(series.labels, [[name, value]])
  return { ...series, labels, dropName: name === metricNameLabel ? false : series.dropName }
}

function checkLabelName(name: string, role: string, functionName: string): void {
  if (name === '' || !isWellFormed(name))
    throw new QueryFailure('bad-query', `invalid ${role} label name in ${functionName}(): ${name}`)
}

/** `$1`, `${1}`, `${name}` of a replacement, as Go expands them; `$$` is a dollar. */
function expand(template: string, match: RegExpMatchArray): string {
  return template.replace(/\$(?:\$|(\w+)|\{(\w+)\})/g, (whole: string, bare?: string, braced?: string) => {
    if (whole === '$$') return '$'
    const name = bare ?? braced ?? ''
    return (/^\d+$/.test(name) ? match[Number(name)] : match.groups?.[name]) ?? ''
  })
}

/** What a function of these texts makes of series. A text that is wrong is refused before any series is there. */
export type Relabel = (texts: readonly string[]) => (input: readonly GridSeries[]) => readonly GridSeries[]

export const labelReplace: Relabel = ([target = '', replacement = '', source = '', pattern = '']) => {
  const regex = compileRegex(pattern)
  if ('error' in regex) throw new QueryFailure('bad-query', `invalid regular expression in label_replace(): ${pattern}`)
  checkLabelName(target, 'destination', 'label_replace')
  const replaced = (series: GridSeries): GridSeries => {
    const match = regex.exec(labelValue(series.labels, source))
    return match === null ? series : withLabel(series, target, expand(replacement, match))
  }
  return (input) => mergeSameLabels(input.map(replaced))
}

export const labelJoin: Relabel = ([target = '', separator = '', ...sources]) => {
  for (const source of sources) checkLabelName(source, 'source', 'label_join')
  checkLabelName(target, 'destination', 'label_join')
  const joined = (series: GridSeries): GridSeries =>
    withLabel(series, target, sources.map((source) => labelValue(series.labels, source)).join(separator))
  return (input) => mergeSameLabels(input.map(joined))
}

/** Labels that a series would have if there were one: those a selector asks for by equality, each once. */
export function labelsOfAbsent(argument: Expression): Labels {
  const inner = withoutParens(argument)
  const selector = inner.kind === 'range-selector' ? inner.selector : inner
  if (selector.kind !== 'vector-selector') return noLabels
  const equal = new Map<string, string>()
  const seen = new Set<string>([metricNameLabel])
  for (const { name, operator, value } of selector.matchers) {
    // A label asked for twice, or not by equality, could have had any value.
    if (operator === '=' && !seen.has(name)) equal.set(name, value)
    else equal.delete(name)
    seen.add(name)
  }
  return labelsFrom([...equal] satisfies Label[])
}

/** Digits compare as numbers, everything else as text: `a2` before `a10`. */
function isNaturallyLess(a: string, b: string): boolean {
  const chunksA = a.match(/\d+|\D+/g) ?? []
  const chunksB = b.match(/\d+|\D+/g) ?? []
  for (const [i, chunkA] of chunksA.entries()) {
    const chunkB = chunksB[i]
    if (chunkB === undefined) return false
    const bothNumbers = /^\d/.test(chunkA) && /^\d/.test(chunkB)
    const isSame = bothNumbers ? Number(chunkA) === Number(chunkB) : chunkA === chunkB
    if (!isSame) return bothNumbers ? Number(chunkA) < Number(chunkB) : chunkA < chunkB
    if (i === chunksA.length - 1) return true
  }
  return chunksB.length > 0
}

export function sortByLabel(
  input: readonly GridSeries[],
  names: readonly string[],
  sign: 1 | -1,
): readonly GridSeries[] {
  return [...input].sort((a, b) => {
    for (const name of names) {
      const valueA = labelValue(a.labels, name)
      const valueB = labelValue(b.labels, name)
      if (valueA !== valueB) return isNaturallyLess(valueA, valueB) ? -sign : sign
    }
    return sign * compareLabels(a.labels, b.labels)
  })
}
