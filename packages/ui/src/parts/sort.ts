/** Which column a table is sorted by. */
export type Sort = { column: string; direction: 'asc' | 'desc' }

/** `-rate` in the URL is the column `rate`, from its highest. */
export function parseSort(text: string, fallback: Sort): Sort {
  if (text === '') return fallback
  return text.startsWith('-') ? { column: text.slice(1), direction: 'desc' } : { column: text, direction: 'asc' }
}

export function printSort({ column, direction }: Sort): string {
  return direction === 'desc' ? `-${column}` : column
}
