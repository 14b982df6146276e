/** What stands in quotes or is a regular expression, an OR, and at last a bar that begins the pipes. */
const bars = /"(?:[^"\\]|\\.)*"|(?<=^|[\s(:=])\/(?:\\\S|[^\\/\s])+\/(?=[\s)}|]|$)|\\\S|\|\||\|/g

/**
 * A search taken apart where its pipes begin: `level:error | count by (service)` finds records with the one and makes figures of them
 * with the other, bar included; '' where there is none. It must read what the server's lexer reads.
 */
export function splitPipes(q: string): { search: string; pipes: string } {
  for (const { 0: found, index } of q.matchAll(bars)) {
    if (found === '|') return { search: q.slice(0, index), pipes: q.slice(index) }
  }
  return { search: q, pipes: '' }
}
