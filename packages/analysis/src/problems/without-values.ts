import { oncePerText } from './once-per-text.ts'

/**
 * Statements, addresses and names without the values that differ from one call to the next, so that calls of the same
 * place in the code are alike, and no literal is shown or kept.
 */

/** Enough of a statement to tell it from others. */
const statementMax = 2000

/** `SELECT * FROM t WHERE id IN (1, 2) AND name = 'x'` is `SELECT * FROM t WHERE id IN (?) AND name = ?`. */
export const statementWithoutValues = oncePerText((statement) => {
  const text = statement.slice(0, statementMax)
  const bare = /^\s*[{[]/.test(text) ? jsonWithoutValues(text) : sqlWithoutValues(text)
  return bare.replace(/\s{2,}|[^\S ]/g, ' ').trim()
})

/** What cannot be found for want of its sign is not looked for. */
function sqlWithoutValues(text: string): string {
  let bare = text
  if (bare.includes('--') || bare.includes('/*')) bare = bare.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' ')
  if (bare.includes("'")) bare = bare.replace(/'(?:[^'\\]|''|\\.)*'?/g, '?')
  if (/[:$@%]/.test(bare)) bare = bare.replace(/(?<![:\w]):[a-z_]\w*|[$@]\w+|%s/gi, '?')
  if (/\d/.test(bare)) bare = bare.replace(/(?<![\w.])-?(?:0x[0-9a-f]+|\d+(?:\.\d+)?(?:e[+-]?\d+)?)\b/gi, '?')
  if (!bare.includes(',')) return bare
  return bare.replace(/\?(?:\s*,\s*\?)+/g, '?').replace(/\(\s*\?\s*\)(?:\s*,\s*\(\s*\?\s*\))+/g, '(?)')
}

function jsonWithoutValues(text: string): string {
  return text
    .replace(/([:,[]\s*)"(?:[^"\\]|\\.)*"(?!\s*:)/g, '$1?')
    .replace(/([:,[]\s*)-?\d[\d.eE+-]*/g, '$1?')
    .replace(/\?(?:\s*,\s*\?)+/g, '?')
}

/** `GET user:123` is `GET ?`: of a key-value store the first word is what is done. */
export function commandOf(statement: string): string {
  const [command = '', more] = statement.trim().split(/\s+/, 2)
  return more === undefined ? command.toUpperCase() : `${command.toUpperCase()} ?`
}

/** Path of an address with ids as `*`; what is asked of it (`?a=1`) as the sorted names. */
export const pathWithoutValues = oncePerText((target) => {
  const [path = '', asked = ''] = (target.split('#', 1)[0] ?? '').split('?', 2)
  const names = asked === '' ? [] : asked.split('&').map((pair) => pair.split('=', 1)[0] ?? '')
  const places = path.split('/').map((part) => (isId(part) ? '*' : part))
  const query = [...new Set(names)].sort().join('&')
  return places.join('/') + (query === '' ? '' : `?${query}`)
})

/** Numbers, UUIDs, hashes, and words with many digits or capitals among them. */
function isId(part: string): boolean {
  if (/^\d+$/.test(part) || /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{14,}$/i.test(part)) return true
  if (part.length >= 8 && /^[0-9a-f]+$/i.test(part) && /\d/.test(part)) return true
  const digits = part.replace(/\D/g, '').length
  return digits >= 3 && !/^v\d/.test(part) && /^[\w.~:@-]+$/.test(part)
}

/** A span's name whose author put ids into it. */
export const nameWithoutValues = oncePerText((name) =>
  name
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{14,}\b/gi, '*')
    .replace(/\b(?=[a-f]*\d)[0-9a-f]{8,}\b/gi, '*')
    .replace(/\b\d+\b/g, '*'),
)
