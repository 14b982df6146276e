import type { Column } from '../../parts/data-table.tsx'
import { TimeLabel } from '../../time/time-label.tsx'

type Seen<Row> = Omit<Column<Row>, 'align' | 'render' | 'value'> & { value: (row: Row) => number }

/** When something was seen first or last (Unix ms), as wide as `useClockWidth` says. */
export function seenColumn<Row>(seen: Seen<Row>): Column<Row> {
  return { ...seen, align: 'right', render: (row) => <TimeLabel at={seen.value(row)} /> }
}
