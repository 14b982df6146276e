import { type Dialect, type Exposition, ExpositionError } from './exposition.ts'
import { type Families, lenientFamilies } from './families.ts'
import { openMetricsFamilies } from './openmetrics-families.ts'
import { lineReader } from './read-line.ts'
import { textFamilies } from './text-families.ts'

/**
 * Reads a whole exposition.
 *
 * Strict holds a target to every rule of its format, as `wakeline check metrics` and promtool do; not strict takes
 * what Prometheus 3 takes when it scrapes: each line must be well-formed, quoted UTF-8 names are welcome, and how
 * families are grouped, typed and ended is not looked at.
 */
export function readExposition(text: string, dialect: Dialect, strict: boolean): Exposition | { refused: string } {
  const readLine = lineReader(dialect, !strict)
  const families: Families = !strict ? lenientFamilies() : dialect === 'text' ? textFamilies() : openMetricsFamilies()
  const lines = text.split('\n')
  const last = lines.pop() ?? ''
  let at = 0
  try {
    for (; at < lines.length; at++) families.add(readLine(lines[at]))
    if (last !== '') {
      if (strict && dialect === 'text') throw new ExpositionError('the last line has no line feed at its end')
      families.add(readLine(last))
    }
    return families.end()
  } catch (error) {
    if (!(error instanceof ExpositionError)) throw error
    return {
      refused: `Cannot read the exposition: line ${Math.min(at, lines.length - (last === '' ? 1 : 0)) + 1}: ${error.message}`,
    }
  }
}
