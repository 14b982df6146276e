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
 * what Prometheus 3 takes when it scrapes: each line must be well-formed, OpenMetrics must be whole, and how families
 * are grouped and typed is not looked at. Quoted UTF-8 names are of the text format since its version 1.0.0; of OpenMetrics 1.0 they are not.
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
  const families: Families = !strict
    ? lenientFamilies(dialect)
    : dialect === 'text'
      ? textFamilies()
      : openMetricsFamilies()
  let start = 0
  let lastAt = 0
  try {
    for (let lines = 1; start < text.length; lines += 1) {
      const { read, end } = readLine(text, start)
      if (end === text.length && strict && dialect === 'text' && text.slice(start).trim() !== '')
        throw new ExpositionError('the last line has no line feed at its end')
      families.add(read)
      lastAt = start
      start = end + 1
      if (lines % linesPerStep === 0) yield
    }
    start = lastAt
    return families.end()
  } catch (error) {
    if (!(error instanceof ExpositionError)) throw error
    const line = text.slice(0, start).split('\n').length
    return { refused: `Cannot read the exposition: line ${line}: ${error.message}` }
  }
}

const linesPerStep = 1000
