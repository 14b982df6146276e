import { type Dialect, ExpositionError, type ExpositionExemplar, type ExpositionSample } from './exposition.ts'
import { LineCursor, type LineRules } from './line-cursor.ts'

/** One line, understood alone; what it means among the others is for the families. */
export type ExpositionLine =
  | { line: 'sample'; sample: ExpositionSample }
  | { line: 'metadata'; keyword: 'HELP' | 'TYPE' | 'UNIT'; family: string; text: string }
  | { line: 'nothing' }
  | { line: 'end' }

export type ReadLine = (text: string, at: number) => { read: ExpositionLine; end: number }

/** A reader of the line that begins somewhere: in the text format's manners, or in OpenMetrics'. */
export function lineReader(dialect: Dialect, strict: boolean): ReadLine {
  const rules = rulesOf(dialect, strict)
  const readLine = dialect === 'text' ? readTextLine : readOpenMetricsLine
  return (text, at) => {
    const cursor = new LineCursor(text, at, rules)
    const read = readLine(cursor, rules)
    return { read, end: cursor.end }
  }
}

/** Not strict is what Prometheus' own two parsers take. */
function rulesOf(dialect: Dialect, strict: boolean): LineRules {
  const isText = dialect === 'text'
  return {
    blanksFree: isText,
    blankLast: isText && !strict,
    escapesStrict: isText && strict,
    quotedNames: isText || !strict,
    commas: strict ? (isText ? 'last too' : 'between') : isText ? 'free' : 'last too',
    quotedLineFeeds: isText && !strict,
    exemplarsShort: strict,
  }
}

function readTextLine(cursor: LineCursor, rules: LineRules): ExpositionLine {
  cursor.skipBlanks()
  if (cursor.done) return { line: 'nothing' }
  if (cursor.peek() !== '#') return { line: 'sample', sample: readSample(cursor, rules, takeMilliseconds) }
  cursor.take('#')
  cursor.skipBlanks()
  const keyword = cursor.done ? '' : cursor.takeWord('a keyword')
  if (keyword !== 'HELP' && keyword !== 'TYPE') return { line: 'nothing' }
  cursor.skipBlanks()
  // Without a name or a text it says nothing, and is taken for a comment.
  if (cursor.done) return { line: 'nothing' }
  const family = takeFamily(cursor, rules)
  if (cursor.done) return { line: 'nothing' }
  cursor.takeSeparator(`the text of ${keyword}`)
  return cursor.done ? { line: 'nothing' } : { line: 'metadata', keyword, family, text: cursor.rest() }
}

function readOpenMetricsLine(cursor: LineCursor, rules: LineRules): ExpositionLine {
  if (cursor.done) throw new ExpositionError('blank lines are not allowed')
  if (cursor.takeAll('# EOF')) return { line: 'end' }
  if (cursor.peek() !== '#') return { line: 'sample', sample: readSample(cursor, rules, takeSeconds) }
  cursor.take('#')
  cursor.takeSeparator('the keyword')
  const keyword = cursor.takeWord('HELP, TYPE, UNIT or EOF')
  if (keyword !== 'HELP' && keyword !== 'TYPE' && keyword !== 'UNIT') {
    throw new ExpositionError(`expected HELP, TYPE, UNIT or EOF after "#", found "${keyword}"`)
  }
  cursor.takeSeparator('the metric name')
  const family = takeFamily(cursor, rules)
  cursor.takeSeparator(`the text of ${keyword}`)
  return { line: 'metadata', keyword, family, text: cursor.rest() }
}

function takeFamily(cursor: LineCursor, rules: LineRules): string {
  return rules.quotedNames && cursor.peek() === '"' ? cursor.takeQuoted() : cursor.takeMetricName()
}

type TakeTimestamp = (cursor: LineCursor) => number

function takeMilliseconds(cursor: LineCursor): number {
  const text = cursor.takeWord('a timestamp')
  if (!/^[+-]?\d+$/.test(text)) throw new ExpositionError(`the timestamp "${text}" is not an integer of milliseconds`)
  return Number(text)
}

function takeSeconds(cursor: LineCursor): number {
  const seconds = cursor.takeNumber('a timestamp in seconds')
  if (!Number.isFinite(seconds)) throw new ExpositionError('a timestamp must be finite')
  return seconds * 1000
}

function readSample(cursor: LineCursor, rules: LineRules, takeTimestamp: TakeTimestamp): ExpositionSample {
  let name = cursor.peek() === '{' ? undefined : cursor.takeMetricName()
  cursor.skipBlanks()
  const set = cursor.take('{') ? cursor.takeLabels() : { labels: [] }
  if (name !== undefined && set.quotedMetric !== undefined) throw new ExpositionError('the sample has two metric names')
  name ??= set.quotedMetric
  if (name === undefined) throw new ExpositionError('the sample has no metric name')
  // After a closing brace the text format wants no blank; OpenMetrics always wants one.
  if (!rules.blanksFree) cursor.takeSeparator('the value')
  cursor.skipBlanks()
  const sample: ExpositionSample = { name, labels: set.labels, value: cursor.takeNumber('a value') }
  if (cursor.done) return sample
  cursor.takeSeparator('the timestamp')
  if (!rules.blanksFree && cursor.peek() === '#') return { ...sample, exemplar: readExemplar(cursor, rules) }
  if (cursor.done && rules.blankLast) return sample
  sample.timestampMs = takeTimestamp(cursor)
  const behind = cursor.at
  cursor.skipBlanks()
  if (cursor.done && (rules.blankLast || cursor.at === behind)) return sample
  if (!rules.blanksFree) {
    cursor.takeSeparator('the exemplar')
    if (cursor.peek() === '#') return { ...sample, exemplar: readExemplar(cursor, rules) }
  }
  const found = cursor.done ? 'blanks' : cursor.found()
  throw new ExpositionError(`expected the end of the line after the timestamp, found ${found}`)
}

/** OpenMetrics: the names and values of an exemplar's labels together have at most 128 characters. */
const exemplarLabelsMax = 128

function readExemplar(cursor: LineCursor, { exemplarsShort }: LineRules): ExpositionExemplar {
  cursor.take('#')
  cursor.takeSeparator('the labels of the exemplar')
  if (!cursor.take('{')) throw new ExpositionError(`expected "{" to begin the exemplar, found ${cursor.found()}`)
  const { labels } = cursor.takeLabels()
  const length = labels.reduce((sum, [name, value]) => sum + [...name].length + [...value].length, 0)
  if (exemplarsShort && length > exemplarLabelsMax) {
    throw new ExpositionError(
      `the exemplar's labels have ${length} characters, at most ${exemplarLabelsMax} are allowed`,
    )
  }
  cursor.takeSeparator('the value of the exemplar')
  const exemplar: ExpositionExemplar = { labels, value: cursor.takeNumber('a value of the exemplar') }
  if (cursor.done) return exemplar
  cursor.takeSeparator('the timestamp of the exemplar')
  exemplar.timestampMs = takeSeconds(cursor)
  if (!cursor.done)
    throw new ExpositionError(`expected the end of the line after the exemplar, found ${cursor.found()}`)
  return exemplar
}
