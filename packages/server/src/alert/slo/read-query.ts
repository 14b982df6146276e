import type { Mapping } from '../../base/yaml-input.ts'
import { parseExpression } from '../../query/promql/parse/parse.ts'
import { windowPlace } from './slo.ts'

/** A query with places for the window, under the first of the names that is given; checked with a window of a minute. */
export function readQuery(given: Mapping, names: readonly string[]): string | undefined {
  const { input } = given
  const name = names.find((each) => given.has(each)) ?? names[0] ?? ''
  const text = given.text(name)
  const node = given.take(name)
  if (text === '') {
    input.wrong(node ?? given.node, `"${name}" is missing; write a query in PromQL, with [{{.window}}] as its range`)
    return undefined
  }
  if (text.search(windowPlace) < 0) {
    input.wrong(
      node,
      `${name} has no {{.window}}; write it where the range stands, as in rate(errors_total[{{.window}}])`,
    )
    return undefined
  }
  // As long as what it stands for, so that places of mistakes stay where they are.
  const filled = text.replace(windowPlace, (place) => '1m'.padEnd(place.length))
  const left = filled.indexOf('{{')
  if (left >= 0) {
    input.wrongInside(
      node,
      { text, offset: left },
      `${name} has a template that is not {{.window}}, the only one there is; write what is to stand there`,
    )
    return undefined
  }
  const expression = parseExpression(filled)
  if (expression.kind !== 'parse-error') return text
  input.wrongInside(node, { text, offset: expression.position.start }, `${name} is not PromQL: ${expression.message}`)
  return undefined
}
