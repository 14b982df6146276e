import type { Mapping } from '../../../base/yaml-input.ts'
import type { Secret } from './notify-config.ts'

/** Hears of what is left out, while the rest goes on. */
export type LeftOut = (node: unknown, what: string) => void

/** What stands in templates, or is made of them: this server writes its own texts. */
export function noteTexts(given: Mapping, noted: LeftOut, names: readonly string[]): void {
  for (const name of names)
    if (given.has(name) && given.take(name) !== undefined)
      noted(given.take(name), `"${name}" is left aside: texts of notifications are this server's own`)
}

/** What an Alertmanager can do in the mapping `of`, and this server cannot. */
export function noteUnable(given: Mapping, noted: LeftOut, of: string, names: readonly string[]): void {
  for (const name of names)
    if (given.has(name)) noted(given.take(name), `"${name}" of ${of} is left aside: this server cannot do it`)
}

export function plainText(given: Mapping, name: string, noted: LeftOut): string {
  const text = given.text(name)
  if (!text.includes('{{')) return text
  noted(given.take(name), `"${name}" is left aside: templates are not expanded in notifications`)
  return ''
}

export function missing(given: Mapping, what: string): Secret {
  given.input.wrong(given.node, `${what} is missing`)
  return { text: '' }
}

/** `name`, or `name_file`. */
export function readSecret(given: Mapping, name: string): Secret | undefined {
  const [text, file] = [given.text(name), given.text(`${name}_file`)]
  if (text !== '' && file !== '')
    given.input.wrong(given.node, `both "${name}" and "${name}_file" are given; leave one out`)
  if (text !== '') return { text }
  return file === '' ? undefined : { file: given.input.besides(file) }
}
