/**
 * RE2's syntax, which Prometheus takes, as a JavaScript regular expression: inline flags are spread over what they
 * cover, `(?P<name>...)`, `\A`, `\z`, `\Q...\E` and `[[:alpha:]]` get their other spelling. The whole value must match
 * and `.` takes line ends too.
 *
 * The `u` flag is left out where it can be: only without it does V8 go over to its linear-time engine when a pattern
 * backtracks too much (`--enable-experimental-regexp-engine-on-excessive-backtracks`, which the process has to set).
 */
export function compileAnchored(pattern: string): RegExp | { readonly reason: string } {
  try {
    const translator = new Translator(pattern)
    const source = translator.whole()
    return new RegExp(`^(?:${source})$`, translator.needsUnicode ? 'u' : '')
  } catch (thrown) {
    return { reason: thrown instanceof Error ? thrown.message.replace(/^Invalid regular expression: /, '') : '' }
  }
}

/** Anywhere in a text and again and again, as Go's `regexp` searches; `.` takes no line ends. */
export function compileSearch(pattern: string): RegExp | { readonly reason: string } {
  try {
    const translator = new Translator(pattern, { ignoreCase: false, dotAll: false, multiline: false })
    const source = translator.whole()
    return new RegExp(source, translator.needsUnicode ? 'gu' : 'g')
  } catch (thrown) {
    return { reason: thrown instanceof Error ? thrown.message.replace(/^Invalid regular expression: /, '') : '' }
  }
}

/** Any character but these. One that takes two units in JavaScript's strings is not to be cut in half. */
const anyBut = (members: string): string => `(?:[\\ud800-\\udbff][\\udc00-\\udfff]|[^${members}\\ud800-\\udfff])`

type Flags = { readonly ignoreCase: boolean; readonly dotAll: boolean; readonly multiline: boolean }

const posixClasses = new Map([
  ['alnum', '0-9A-Za-z'],
  ['alpha', 'A-Za-z'],
  ['ascii', '\\x00-\\x7F'],
  ['blank', '\\t '],
  ['cntrl', '\\x00-\\x1F\\x7F'],
  ['digit', '0-9'],
  ['graph', '!-~'],
  ['lower', 'a-z'],
  ['print', ' -~'],
  ['punct', '!-\\/:-@\\[-`{-~'],
  ['space', '\\t\\n\\v\\f\\r '],
  ['upper', 'A-Z'],
  ['word', '0-9A-Za-z_'],
  ['xdigit', '0-9A-Fa-f'],
])

/** What is wrong, and the part of the expression that is, as in Go's regexp/syntax. */
const fault = (what: string, where: string): Error => new Error(`${what}: \`${where}\``)

/** RE2's limit of counted repetition. */
const repeatMax = 1_000

class Translator {
  private readonly pattern: string
  private at = 0
  /** Set when something can only be said by character and not by unit. */
  needsUnicode = false
  private flags: Flags
  /** Whether what came last can be repeated; when it is a repetition itself, where that begins. */
  private last: 'nothing' | 'atom' | number = 'nothing'

  constructor(pattern: string, flags: Flags = { ignoreCase: false, dotAll: true, multiline: false }) {
    this.pattern = pattern
    this.flags = flags
  }

  whole(): string {
    const text = this.alternatives()
    if (this.at < this.pattern.length) throw fault('unexpected )', this.pattern)
    return text
  }

  /** Up to the closing parenthesis of this group; flags set inside end with it. */
  private alternatives(): string {
    const { flags } = this
    let out = ''
    this.last = 'nothing'
    while (this.at < this.pattern.length && this.pattern[this.at] !== ')') {
      const repeated = /^(?:[*+?]|\{(\d+)(?:,(\d*))?\})\??/.exec(this.pattern.slice(this.at))
      if (repeated === null) {
        const piece = this.piece()
        out += piece
        if (piece !== '') this.last = piece === '|' ? 'nothing' : 'atom'
      } else out += this.repetition(repeated[0], Number(repeated[1] ?? 0), Number(repeated[2] || 0))
    }
    this.flags = flags
    this.last = 'atom'
    return out
  }

  private repetition(text: string, least: number, most: number): string {
    const { last, at } = this
    this.at += text.length
    if (last === 'nothing') throw fault('missing argument to repetition operator', text)
    if (typeof last === 'number') throw fault('invalid nested repetition operator', this.pattern.slice(last, this.at))
    if (least > repeatMax || most > repeatMax || (/,\d/.test(text) && most < least))
      throw fault('invalid repeat count', text)
    this.last = at
    return text
  }

  private piece(): string {
    const rest = this.pattern.slice(this.at)
    const c = String.fromCodePoint(rest.codePointAt(0) ?? 0)
    if (c.length > 1) this.needsUnicode = true
    if (c === '(') return this.group(rest)
    if (c === '[') return this.characterClass()
    if (c === '\\') return this.escape(rest)
    this.at += c.length
    if (c === '.') return anyBut(this.flags.dotAll ? '' : '\\n')
    if (c === '^') return this.flags.multiline ? '(?<![^\\n])' : '^'
    if (c === '$') return this.flags.multiline ? '(?![^\\n])' : '$'
    return c === '|' ? c : this.literal(c)
  }

  private literal(c: string): string {
    if (this.flags.ignoreCase) {
      const variants = [...new Set([c, c.toLowerCase(), c.toUpperCase()])].filter((each) => [...each].length === 1)
      if (variants.length > 1) return `[${variants.join('')}]`
    }
    return /[\\^$.*+?()[\]{}|/]/.test(c) ? `\\${c}` : c
  }

  private group(rest: string): string {
    const named = /^\(\?P?<([A-Za-z_]\w*)>/.exec(rest)
    const flagged = /^\(\?([imsU]*)(?:-([imsU]+))?(:|\))/.exec(rest)
    if (flagged !== null) {
      const [whole, on = '', off = '', end] = flagged
      const has = (flag: string, before: boolean): boolean =>
        on.includes(flag) ? true : off.includes(flag) ? false : before
      const before = this.flags
      const flags = {
        ignoreCase: has('i', before.ignoreCase),
        dotAll: has('s', before.dotAll),
        multiline: has('m', before.multiline),
      }
      this.at += whole.length
      this.flags = flags
      if (end === ')') return ''
      const inner = this.alternatives()
      this.flags = before
      return this.close('(?:', inner)
    }
    if (named === null && /^\(\?P?</.test(rest) && !/^\(\?<[=!]/.test(rest))
      throw fault('invalid named capture', rest.slice(0, rest.indexOf('>') + 1 || rest.length))
    if (named === null && rest.startsWith('(?'))
      throw fault('invalid or unsupported Perl syntax', rest.slice(0, /^\(\?<[=!]/.test(rest) ? 4 : 3))
    this.at += named === null ? 1 : named[0].length
    return this.close(named === null ? '(' : `(?<${named[1]}>`, this.alternatives())
  }

  private close(open: string, inner: string): string {
    if (this.pattern[this.at] !== ')') throw fault('missing closing )', this.pattern)
    this.at++
    return `${open}${inner})`
  }

  private escape(rest: string): string {
    const quoted = /^\\Q([\s\S]*?)(?:\\E|$)/.exec(rest)
    if (quoted !== null) {
      this.at += quoted[0].length
      return [...(quoted[1] ?? '')].map((c) => this.literal(c)).join('')
    }
    const known = /^\\(x\{[0-9a-fA-F]+\}|x[0-9a-fA-F]{2}|[pP]\{\^?\w+\}|[pP]\w|[\s\S])/u.exec(rest)
    if (known === null) throw fault('trailing backslash at end of expression', '')
    const [whole, code = ''] = known
    this.at += whole.length
    if (code === 'A') return '(?<![\\s\\S])'
    if (code === 'z') return '(?![\\s\\S])'
    if (/^[dDwWsSbB]$/.test(code)) return perlClass(code)
    if (/^([pP]|x\{)/.test(code)) this.needsUnicode = true
    const same = escapeText(code)
    if (same !== undefined) return same
    if (/^[A-Za-z0-9]$/.test(code)) throw fault('invalid escape sequence', `\\${code}`)
    return this.literal(code)
  }

  private characterClass(): string {
    const end = /^\[\^?\]?(?:\[:\^?\w+:\]|\\[\s\S]|[^\]\\])*\]/u.exec(this.pattern.slice(this.at))
    if (end === null) throw fault('missing closing ]', this.pattern.slice(this.at))
    const whole = end[0]
    this.at += whole.length
    const negated = whole.startsWith('[^')
    let body = ''
    const member = /\[:(\^?)(\w+):\]|\\(x\{[0-9a-fA-F]+\}|x[0-9a-fA-F]{2}|[pP]\{\^?\w+\}|[pP]\w|[\s\S])|([\s\S])/gu
    for (const [text, not, posix, escaped, plain] of whole.slice(negated ? 2 : 1, -1).matchAll(member)) {
      if (posix !== undefined) {
        const members = posixClasses.get(posix)
        if (members === undefined || not === '^') throw fault('invalid character class range', text)
        body += members
      } else if (escaped !== undefined) {
        const named = /^[dDwWsS]$/.test(escaped) ? text : escapeText(escaped)
        if (named === undefined && /^[A-Za-z0-9]$/.test(escaped)) throw fault('invalid escape sequence', text)
        body += named ?? classMember(escaped)
      } else body += plain === '-' ? '-' : classMember(plain ?? '')
    }
    for (const [range, low = '', high = ''] of body.matchAll(/(?<!\\)([^\\])-([^\\])/gu))
      if (low > high) throw fault('invalid character class range', range)
    if (this.flags.ignoreCase) body += bothCases(body)
    if (/\\([pP]|u\{)|[\ud800-\udfff]/.test(body)) this.needsUnicode = true
    return negated ? anyBut(body) : `[${body}]`
  }
}

/** ASCII, as in RE2. */
function perlClass(code: string): string {
  if (code === 's') return '[\\t\\n\\f\\r ]'
  if (code === 'S') return anyBut('\\t\\n\\f\\r ')
  if (code === 'D') return anyBut('0-9')
  return code === 'W' ? anyBut('0-9A-Za-z_') : `\\${code}`
}

const classMember = (c: string): string => (/[\\\][^-]/.test(c) ? `\\${c}` : c)

/** Escapes that mean a character or a Unicode class, in JavaScript's spelling. */
function escapeText(code: string): string | undefined {
  if (/^[nrtfv]$/.test(code)) return `\\${code}`
  if (code === 'a') return '\\x07'
  if (/^x\{/.test(code)) return `\\u${code.slice(1)}`
  if (/^x./.test(code)) return `\\${code}`
  if (/^[pP]\{\^/.test(code)) return `\\${code.startsWith('p') ? 'P' : 'p'}{${propertyName(code.slice(3, -1))}}`
  if (/^[pP]\{/.test(code)) return `\\${code[0]}{${propertyName(code.slice(2, -1))}}`
  if (/^[pP]\w$/.test(code)) return `\\${code[0]}{${code[1]}}`
  return undefined
}

const propertyName = (name: string): string => (name.length > 2 ? `Script=${name}` : name)

/** The other case of the ASCII letters and letter ranges in a class. */
function bothCases(body: string): string {
  let added = ''
  for (const [, low = '', high = low] of body.matchAll(/(?<!\\)([a-zA-Z])(?:-([a-zA-Z]))?/g)) {
    const swap = (c: string): string => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())
    if (low < 'a' === high < 'a') added += low === high ? swap(low) : `${swap(low)}-${swap(high)}`
  }
  return added
}
