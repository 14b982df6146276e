import type { Mapping } from '../../base/yaml-input.ts'

/** What files of SLOs of all formats have in them. */
const nameShape = /^[A-Za-z0-9][-A-Za-z0-9_.]*[A-Za-z0-9]$/

export function readName(given: Mapping, what: string): string {
  const name = given.text(what)
  if (name === '') given.input.wrong(given.node, `"${what}:" is missing; give one`)
  else if (!nameShape.test(name))
    given.input.wrong(
      given.take(what),
      `${what} is "${name}", and can have letters, digits, ".", "_" and "-", two at least, a letter or digit at both ends`,
    )
  return name
}
