import { atOnce, type Steps } from '../in-turns.ts'
import { type Dialect, type Exposition, ExpositionError } from './exposition.ts'
import { type Families, lenientFamilies } from './families.ts'
import { openMetricsFamilies } from './openmetrics-families.ts'
import { lineReader } from './read-line.ts'
import { textFamilies } from './text-families.ts'

/**
 * Reads a whole exposition.
 *
 * Strict holds a target to every rule of its format, as `wakeline check metrics` and promtool do; not strict takes
 * what Prometheus 3 takes when it scrapes: each line must be well-formed, and how families are grouped, typed and ended
 * is not looked at. Quoted UTF-8 names are of the text format since its version 1.0.0; of OpenMetrics 1.0 they are not.
 */
export function readExposition(text: string, dialect: Dialect, strict: boolean): Exposition | { refused: string } {
  return atOnce(readExpositionLines(text, dialect, strict))
}

/** The same in steps of a thousand lines, so that who reads much can let others have their turn. */
export function* readExpositionLines(
  text: string,
  dialect: Dialect,
  strict: boolean,
): Steps<Exposition | { refused: string }> {
  const readLine = lineReader(dialect, strict)
  const families: Families = !strict ? lenientFamilies() : dialect === 'text' ? textFamilies() : openMetricsFamilies()
  let line = 1
  try {
    for (let start = 0; start < text.length; line += 1) {
      const found = text.indexOf('\n', start)
      if (found < 0 && strict && dialect === 'text' && text.slice(start).trim() !== '')
        throw new ExpositionError('the last line has no line feed at its end')
      const end = found < 0 ? text.length : found
      families.add(readLine(text.slice(start, end)))
      start = end + 1
      if (line % linesPerStep === 0) yield
    }
    line = Math.max(line - 1, 1)
    return families.end()
  } catch (error) {
    if (!(error instanceof ExpositionError)) throw error
    return { refused: `Cannot read the exposition: line ${line}: ${error.message}` }
  }
}

const linesPerStep = 1000
