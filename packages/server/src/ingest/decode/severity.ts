/**
 * Severity as people write it, to OpenTelemetry's numbers. The text itself is stored as it was sent; this is what
 * stands beside it.
 *
 *   number   words, in any case                                           syslog and GELF   pino and bunyan
 *   1 TRACE  trace trc trce finest silly all                                                10
 *   5 DEBUG  debug dbg dbug fine verbose                                  7                 20
 *   9 INFO   info information informational log http config ok    6                 30
 *  10 INFO2  notice                                                       5
 *  13 WARN   warn warning wrn                                             4                 40
 *  17 ERROR  error err severe failure fail                                3                 50
 *  18 ERROR2 critical crit                                                2
 *  19 ERROR3 alert                                                        1
 *  21 FATAL  fatal emergency emerg panic ftl dpanic                       0                 60
 *
 * The syslog words are placed as the appendix of OpenTelemetry's log data model places them. Single letters
 * (`I`, `W`) are read too, and OpenTelemetry's own names with a digit (`ERROR2`).
 */
const words: Readonly<Record<number, string>> = {
  1: 'trace trc trce finest silly all t',
  5: 'debug dbg dbug fine verbose d',
  9: 'info information informational inf log http config ok i',
  10: 'notice',
  13: 'warn warning wrn w',
  17: 'error err severe failure fail e',
  18: 'critical crit',
  19: 'alert',
  21: 'fatal emergency emerg panic ftl dpanic f',
}

const numbers: ReadonlyMap<string, number> = new Map([
  ...Object.entries(words).flatMap(([number, all]) =>
    all.split(' ').map((word): [string, number] => [word, Number(number)]),
  ),
  ...['trace', 'debug', 'info', 'warn', 'error', 'fatal'].flatMap((word, place) =>
    [2, 3, 4].map((step): [string, number] => [`${word}${step}`, place * 4 + step]),
  ),
])

/** winston's `colorize()` leaves them in the level. */
const terminalColours = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g')

/** 0 where the word says nothing. */
export function severityOfText(text: string): number {
  if (text.length > 40) return 0
  return numbers.get(text.replace(terminalColours, '').trim().toLowerCase()) ?? 0
}

const syslogSeverities = [21, 19, 18, 17, 13, 10, 9, 5]

/** 0 to 7 are syslog's, from 10 on pino's and bunyan's, where levels in between belong to the next one below. */
export function severityOfLevel(level: number): number {
  if (level < 0 || level >= 70 || Number.isNaN(level)) return 0
  if (level < 10) return syslogSeverities[level] ?? 0
  return Math.floor(level / 10) * 4 - 3
}
