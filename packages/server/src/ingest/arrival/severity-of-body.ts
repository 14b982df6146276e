import { severityOfLevel, severityOfText } from '../decode/severity.ts'

/**
 * The severity of a log record whose sender gave none, from its body. Careful rather than clever: a body that only
 * mentions an error is not one.
 *
 *   a JSON object    the value of level, severity, log.level, lvl, levelname, loglevel (in any case), a word or a number
 *   plain text       the first, within 255 bytes, of
 *                      WARN ERROR ...   a level in capitals, alone
 *                      [error] <warn>   a level in brackets, in any case
 *                      level=error      behind level, severity, lvl or loglevel
 *                      error: ...       at the beginning, before a colon or a space
 *                      fail: ...        as .NET's console has it: trce dbug info warn fail crit
 *                      E0131 12:00:00   the form of Go's klog
 *
 * 0 where none is found.
 */
export function severityOfPlain(text: string): number {
  const klog = /^([IWEF])\d{4} \d\d:\d\d:\d\d/.exec(text)
  if (klog !== null) return severityOfText(klog[1] ?? '')
  const capital = capitals.exec(text)
  const marked = anyCase.exec(text)
  const first = capital === null || (marked !== null && marked.index < capital.index) ? marked : capital
  return severityOfText(first?.[1] ?? '')
}

export const plainMaxBytes = 255

const names = 'trace|debug|info|notice|warn|warning|error|err|severe|crit|critical|alert|emerg|emergency|fatal|panic'
const capitals = new RegExp(`(?:^|[\\s[(<|{"'=:,;-])(${names.toUpperCase()})(?=[\\s\\])>|}"':,;.-]|$)`)
const anyCase = new RegExp(
  `(?:^|[[(<|]\\s?|\\b(?:level|severity|lvl|loglevel|log_level)"?\\s?[=:]\\s?"?)(${names}|trce|dbug|fail(?=:))(?=[\\s\\])>|:,;"]|$)`,
  'i',
)

const levelNames: ReadonlySet<string> = new Set([
  'level',
  'severity',
  'log.level',
  'lvl',
  'levelname',
  'level_name',
  'loglevel',
  'log_level',
  'severity_text',
])

export function isLevelName(key: string): boolean {
  return key.length <= 13 && levelNames.has(key.toLowerCase())
}

export function severityOfValue(value: unknown): number {
  if (typeof value === 'number') return severityOfLevel(value)
  return typeof value === 'string' ? severityOfText(value) : 0
}
