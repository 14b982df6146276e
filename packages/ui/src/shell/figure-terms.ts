import type { TableColumn, TableRows } from '@wakeline/protocol'
import { searchTerm } from '../parts/attribute-text.ts'

/** The records behind a row: those with the values of its keys. */
export function termsOf(columns: readonly TableColumn[], cells: TableRows['rows'][number]): string[] {
  return columns.flatMap(({ name, is }, at) => {
    const value = cells[at]
    if (is !== 'key' || typeof value !== 'string') return []
    return [value === '' ? searchTerm(name, '', 'without').replace(/""$/, '*') : searchTerm(name, value)]
  })
}
