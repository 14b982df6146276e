import { cut, visible } from './paint.ts'

/** One cell that is longer pushes its own line out, not all of them. */
const alignedMax = 60

export type Column = { name: string; align: 'left' | 'right' }

/** Rows under their names, columns two blanks apart, cut where the terminal ends if there is one. */
export function printTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width = Number.POSITIVE_INFINITY,
): string {
  const cells = [columns.map(({ name }) => name), ...rows.map((row) => row.map(visible))]
  const widths = columns.map((_, at) =>
    Math.min(
      alignedMax,
      cells.reduce((most, row) => Math.max(most, [...(row[at] ?? '')].length), 0),
    ),
  )
  const lines = cells.map((row) =>
    columns
      .map(({ align }, at) => pad(row[at] ?? '', widths[at] ?? 0, align))
      .join('  ')
      .trimEnd(),
  )
  return lines.map((line) => cut(line, width)).join('\n')
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const blanks = ' '.repeat(Math.max(0, width - [...text].length))
  return align === 'left' ? text + blanks : blanks + text
}
