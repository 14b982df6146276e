/**
 * The labels of a stream as Loki writes them, `{app="shop", level="info"}`, which is how they stand in protobuf.
 * Values are quoted as in Go: between double quotes with escapes, or between backquotes as they are.
 */
const label = /\s*([A-Za-z_][\w.:-]*)\s*=\s*("(?:[^"\\]|\\.)*"|`[^`]*`)\s*(,|$)/gy

/** A sentence where the text is none. */
export function parseLokiLabels(text: string): Record<string, string> | string {
  const braces = /^\s*\{([\s\S]*)\}\s*$/.exec(text)
  if (braces === null) return `expected labels as {app="shop"}, got ${shown(text)}`
  const inner = (braces[1] ?? '').trim()
  const labels: [string, string][] = []
  label.lastIndex = 0
  for (let at = 0; at < inner.length; at = label.lastIndex) {
    const [, name = '', quoted = ''] = label.exec(inner) ?? []
    if (name === '') return `expected labels as {app="shop"}, got ${shown(inner.slice(at))}`
    labels.push([name, unquoted(quoted)])
  }
  return Object.fromEntries(labels)
}

const escapes: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

function unquoted(quoted: string): string {
  const text = quoted.slice(1, -1)
  if (quoted.startsWith('`')) return text
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|(.))/gs, (all, ...found) => {
    const [four, eight, two, one]: (string | undefined)[] = found
    const code = Number.parseInt(four ?? eight ?? two ?? '', 16)
    if (Number.isNaN(code)) return escapes[one ?? ''] ?? one ?? all
    return code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code)
  })
}

function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}
