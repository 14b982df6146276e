/**
 * What in a log line is a value and never tells one pattern from another, written as `<*>`: one list for all programs. The
 * order matters: what is long stands before what is part of it.
 */
export const wildcard = '<*>'

const months = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec'
const days = 'Mon|Tue|Wed|Thu|Fri|Sat|Sun'
/** `Mon Jun 4 14:21:45 2005`, as people and syslog write it. Dates of digits are numbers to the last mask. */
const date = new RegExp(
  `\\b(?:(?:${days})[a-z]*,? )?(?:${months})[a-z]* +\\d{1,2}(?:,? \\d\\d:\\d\\d(?::\\d\\d)?(?:\\.\\d+)?)?(?: \\d{4})?\\b`,
  'g',
)

const url = /[a-z][a-z0-9+.-]*:\/\/[^\s"'<>,;)\]]+/gi
const path = /(?<![\w<])(?:\/[\w.@$%+~=-]+)+\/?/g

/** Masks that need a digit to find anything, each with what is quickly seen to be missing. */
const ofDigits: readonly { needs: RegExp; mask: RegExp }[] = [
  { needs: new RegExp(`(?:${months})[a-z]* +\\d`), mask: date },
  { needs: /-[0-9a-f]{4}-[0-9a-f]{4}-/i, mask: /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi },
  {
    needs: /\.\d{1,3}\.\d/,
    mask: /(?<![\w.])\/?\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?::\d+)?(?![\w.]*\d)/g,
  },
  { needs: /0x/i, mask: /0x[0-9a-f]+/gi },
  { needs: /[0-9a-f]{8}/i, mask: /(?<!\w)(?=[0-9a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,}(?!\w)/gi },
]
const ofDigitsAtLast: readonly RegExp[] = [
  // The same said again for people: 1293 bytes (1.26 KB).
  /(?<=\d ?bytes) \(\d[\d.,]* ?[kKMGT]?i?B\)/g,
  // A number with its unit: of one value the unit may be now one and now another.
  /(?<![A-Za-z0-9])<?[-+]?\d[\d.,:]*(?: ?(?:[kKMGT]i?B|B|ns|us|µs|ms|s|secs?|mins?|h|hrs?)(?![A-Za-z0-9])|(?<=\d)(?![A-Za-z\d]))/g,
  /(?<![A-Za-z0-9])[-+]?\d[\d.,:]*\d?(?![A-Za-z])/g,
]

/** The line with its values masked. */
export function maskValues(line: string): string {
  const hasDigit = /\d/.test(line)
  let masked = line.includes('://') ? line.replace(url, wildcard) : line
  if (hasDigit) for (const { needs, mask } of ofDigits) if (needs.test(masked)) masked = masked.replace(mask, wildcard)
  if (masked.includes('/')) masked = masked.replace(path, wildcard)
  if (!hasDigit) return masked
  const [again, quantity, number] = ofDigitsAtLast
  if (again !== undefined && masked.includes('bytes (')) masked = masked.replace(again, '')
  for (const mask of [quantity, number]) if (mask !== undefined) masked = masked.replace(mask, wildcard)
  return masked
}
