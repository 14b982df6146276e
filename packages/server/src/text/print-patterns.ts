import type { ErrorsAnswer, LogPatternsAnswer } from '@wakeline/protocol'
import { drawLine } from './print-promql.ts'
import { type Column, printTable } from './print-table.ts'

const columns: readonly Column[] = [
  { name: 'lines', align: 'right' },
  { name: 'share', align: 'right' },
  { name: '', align: 'left' },
  { name: 'over time', align: 'left' },
  { name: 'level', align: 'left' },
  { name: 'pattern', align: 'left' },
]

/** A pattern a line, the most frequent first; then of how many lines that is known. */
export function printPatterns(answer: LogPatternsAnswer, width?: number): string {
  const rows = answer.patterns.map(({ records, isEstimate, share, isNew, counts, levels, pattern }) => [
    `${isEstimate ? '~' : ''}${records}`,
    `${(share * 100).toFixed(1)} %`,
    isNew ? 'new' : '',
    drawLine(counts),
    levels[0]?.level ?? '',
    pattern,
  ])
  return `${printTable(columns, rows, width)}\n${patternsNote(answer)}`
}

function patternsNote({ records, recordsLookedAt, patterns, patternsTotal, before }: LogPatternsAnswer): string {
  const looked =
    recordsLookedAt < records
      ? `From ${recordsLookedAt} of ${records} lines; counts with ~ are estimates`
      : `From all ${records} lines`
  const shown = patternsTotal > patterns.length ? `; ${patterns.length} of ${patternsTotal} patterns are shown` : ''
  const held =
    before.records === 0
      ? 'nothing was there before to hold them against'
      : `"new" is what ${before.recordsLookedAt} of ${before.records} lines since ${new Date(before.fromMs).toISOString()} had not`
  return `(${looked}${shown}; ${held})`
}

const errorColumns: readonly Column[] = [
  { name: 'count', align: 'right' },
  { name: '', align: 'left' },
  { name: 'over time', align: 'left' },
  { name: 'last seen', align: 'left' },
  { name: 'services', align: 'left' },
  { name: 'versions', align: 'left' },
  { name: 'error', align: 'left' },
  { name: 'trace', align: 'left' },
]

/** An error a line, the most frequent first. */
export function printErrors(answer: ErrorsAnswer, width?: number): string {
  const rows = answer.errors.map((error) => [
    String(error.occurrences),
    error.occurrencesBefore === 0 ? 'new' : '',
    drawLine(error.counts),
    new Date(error.lastSeenMs).toISOString(),
    error.services.join(', '),
    error.versions.join(', '),
    `${[error.type, error.message].filter(Boolean).join(': ').slice(0, 200)}${error.culprit === '' ? '' : ` in ${error.culprit}`}`,
    error.places[0]?.traceId ?? '',
  ])
  const shown = `${answer.errors.length} of ${answer.errorsTotal}`
  const since = new Date(answer.lookedBackToMs).toISOString()
  return `${printTable(errorColumns, rows, width)}\n(${shown} errors${answer.isPartial ? ', rare ones left out' : ''}; "new" is what was not there from ${since} to the beginning of the range)`
}
