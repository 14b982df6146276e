export type LogQlToken = {
  kind: 'word' | 'text' | 'number' | 'duration' | 'sign' | 'end'
  text: string
  position: number
}

/** What could not be read, and where. */
export class LogQlError extends Error {
  override readonly name = 'LogQlError'
  readonly position: number

  constructor(message: string, position: number) {
    super(message)
    this.position = position
  }
}

const pattern =
  /(?<space>\s+|#[^\n]*)|(?<duration>(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d|w|y))+(?![\w.]))|(?<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?<text>"(?:[^"\\\n]|\\.)*"|`[^`]*`)|(?<word>[A-Za-z_][\w.]*)|(?<sign>\|=|\|~|!=|!~|=~|==|>=|<=|[{}()[\],=|<>+\-*/%])/gy

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b', f: '\f', v: '\v' }

/** The tokens, an `end` last. Throws `LogQlError`. */
export function tokenizeLogQl(text: string): LogQlToken[] {
  const tokens: LogQlToken[] = []
  pattern.lastIndex = 0
  for (let position = 0; position < text.length; position = pattern.lastIndex) {
    const found = pattern.exec(text)
    if (found === null) throw new LogQlError(`unexpected character ${JSON.stringify(text[position])}`, position)
    const groups = found.groups ?? {}
    if (groups['space'] !== undefined) continue
    if (groups['text'] !== undefined) tokens.push({ kind: 'text', text: unquoted(groups['text']), position })
    for (const kind of ['duration', 'number', 'word', 'sign'] as const) {
      const token = groups[kind]
      if (token !== undefined) tokens.push({ kind, text: token, position })
    }
  }
  return [...tokens, { kind: 'end', text: 'the end', position: text.length }]
}

/** As in Go: double quotes with escapes, backquotes without. */
function unquoted(quoted: string): string {
  const text = quoted.slice(1, -1)
  if (quoted.startsWith('`')) return text
  return text.replace(/\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))/gs, (_, two?: string, four?: string, one = '') => {
    const code = two ?? four
    return code === undefined ? (escapes[one] ?? one) : String.fromCharCode(Number.parseInt(code, 16))
  })
}
