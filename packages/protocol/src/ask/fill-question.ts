import { splitPipes } from './pipes.ts'

/**
 * Puts what was chosen for variables into a question: `sum(rate(x{job=~"$job"}[$__rate_interval]))`.
 *
 * A value can never become more than it is. Inside of quotes it is escaped for them; behind `=~` and in a regular
 * expression for that, too; outside of quotes only a name, a number or a length of time may stand, and everything else is
 * refused. Where text is in quotes is found as the languages' own lexers find it.
 */
export type Chosen = { values: readonly string[]; isAll?: boolean }
export type Choices = ReadonlyMap<string, Chosen>
/** `position` is in the question as it was written. */
export type Filled = { text: string } | { wrong: string; position: number }

/** `$name`, `${name}`, `${name:anything}`: Grafana's ways to write it. A `$` that no name follows is itself. */
const variable = /\$(?:\{([A-Za-z_]\w*)(?::[^}]*)?\}|([A-Za-z_]\w*))/g
const amount = /^(?:\d+(?:\.\d+)?(?:ns|us|ms|[smhdwy])?)+$/
const promqlWord = /^(?:[A-Za-z_:][\w:]*|(?:\d+(?:\.\d+)?(?:ms|[smhdwy])?)+)$/
const searchWord = /^[A-Za-z0-9_@][\w.-]*$/
/** Words that join what stands beside them. */
const joining = /^(?:and|or|unless|not|to|atan2|offset|by|without|on|ignoring|group_left|group_right|bool|inf|nan)$/i

class Wrong extends Error {
  readonly position: number
  constructor(message: string, position: number) {
    super(message)
    this.position = position
  }
}

export function fillPromql(text: string, choices: Choices): Filled {
  const token = /#[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`/g
  return filled(text, token, choices, (found, before) => {
    if (found === '') return (name, chosen, at) => outside(name, chosen, at, promqlWord)
    if (found.startsWith('#')) return (name) => `$${name}`
    const isRegex = /(?:=~|!~)\s*$/.test(before)
    return (name, chosen, at) => {
      const value = isRegex ? oneOfRegex(chosen) : single(name, chosen, at)
      return escapeIn(found.charAt(0), value, { name, at })
    }
  })
}

/** The same for a search, whose values need no quotes: `service:$service` is filled with a quoted value, or with one of several. */
export function fillSearch(text: string, choices: Choices): Filled {
  const { search, pipes } = splitPipes(text)
  const token = /"(?:[^"\\]|\\.)*"|(?<=^|[\s(:=])\/(?:\\\S|[^\\/\s])+\/(?=[\s)}|]|$)|\\\S/g
  const found = filled(search, token, choices, (quoted) => {
    if (quoted === '')
      return (name, chosen, at, whole) =>
        isTerm(search, at, whole) ? asTerm(name, chosen, at, search) : outside(name, chosen, at, searchWord)
    if (quoted.startsWith('/')) return inSlashes
    return (name, chosen, at) =>
      quoted.startsWith('\\') ? `$${name}` : escapeIn('"', single(name, chosen, at), { name, at })
  })
  if ('wrong' in found) return found
  // What follows the first bar knows quotes and nothing else.
  const made = filled(pipes, /"(?:[^"\\]|\\.)*"/g, choices, (quoted) => (name, chosen, at) => {
    if (quoted === '') return outside(name, chosen, at, searchWord)
    return escapeIn('"', single(name, chosen, at), { name, at })
  })
  return 'wrong' in made ? { ...made, position: made.position + search.length } : { text: found.text + made.text }
}

/** Names of the variables that a question has. */
export function variablesIn(text: string): string[] {
  return [...new Set([...text.matchAll(variable)].map(([, braced, bare]) => braced ?? bare ?? ''))]
}

type Replace = (name: string, chosen: Chosen, at: number, whole: string) => string
/** How a variable is put into a token, which is '' between two of them. */
type Replacing = (token: string, before: string) => Replace

function filled(text: string, token: RegExp, choices: Choices, replacing: Replacing): Filled {
  let made = ''
  let at = 0
  const put = (part: string, replace: Replace): void => {
    const from = at
    made += part.replace(variable, (whole: string, braced?: string, bare?: string, index = 0) => {
      const name = braced ?? bare ?? ''
      const chosen = choices.get(name)
      const position = from + index
      if (chosen === undefined)
        throw new Wrong(`there is no variable $${name}; add one of this name, or write it without the $`, position)
      return replace(name, chosen, position, whole)
    })
    at += part.length
  }
  try {
    for (const { 0: found, index } of text.matchAll(token)) {
      put(text.slice(at, index), replacing('', ''))
      put(found, replacing(found, text.slice(0, index)))
    }
    put(text.slice(at), replacing('', ''))
    return { text: made }
  } catch (error) {
    if (error instanceof Wrong) return { wrong: error.message, position: error.position }
    throw error
  }
}

/** What is between quotes of one kind, escaped as those who read it do. */
function escapeIn(quote: string, value: string, { name, at }: { name: string; at: number }): string {
  if (quote === '`') {
    if (value.includes('`')) throw new Wrong(`the value of $${name} has a backtick; put "quotes" around it`, at)
    return value
  }
  const escaped = value.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`)
  return escaped.replaceAll('\n', '\\n').replaceAll('\r', '\\r')
}

function inSlashes(name: string, chosen: Chosen, at: number): string {
  const text = oneOfRegex(chosen).replaceAll('/', '\\/')
  if (/\s/.test(text)) throw new Wrong(`the value of $${name} has a space, which no /expression/ may have`, at)
  return text
}

function oneOfRegex({ values, isAll }: Chosen): string {
  if (isAll === true) return '.*'
  const escaped = values.map((value) => value.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&'))
  return escaped.length === 1 ? (escaped[0] ?? '') : `(?:${escaped.join('|')})`
}

function single(name: string, { values, isAll }: Chosen, at: number): string {
  if (isAll === true || values.length > 1)
    throw new Wrong(`several values of $${name} cannot stand here: compare with =~, as in label=~"$${name}"`, at)
  return values[0] ?? ''
}

function outside(name: string, { values, isAll }: Chosen, at: number, word: RegExp): string {
  const bad = isAll === true ? 'all of them' : values.find((value) => !word.test(value) || joining.test(value))
  if (bad !== undefined)
    throw new Wrong(
      `$${name} is ${isAll === true ? bad : JSON.stringify(bad)}, and outside of quotes only names, numbers and times may stand: write "$${name}"`,
      at,
    )
  return values.join(', ')
}

/** Whether a variable is all of a value: `service:$service`, or a word of its own. */
function isTerm(search: string, at: number, whole: string): boolean {
  return /(?:^|[\s(:=<>])[-+]?$/.test(search.slice(0, at)) && /^(?:[\s)}]|$)/.test(search.slice(at + whole.length))
}

function asTerm(name: string, { values, isAll }: Chosen, at: number, search: string): string {
  const isCompared = /[=<>][-+]?$/.test(search.slice(0, at))
  const word = values[0] ?? ''
  if (isCompared && (isAll === true || values.length > 1))
    throw new Wrong(`several values of $${name} cannot be compared with: write key:$${name}`, at)
  if (isAll === true) return '*'
  if (isCompared && amount.test(word)) return word
  const quoted = values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`)
  return quoted.length === 1 ? (quoted[0] ?? '""') : `(${quoted.join(' OR ')})`
}
