import type { Attributes, SpanRecord } from '@wakeline/protocol'
import { printAttribute } from '../../parts/attribute-text.ts'
import type { TraceView } from './trace-view.ts'

/** What of a span can be looked for in part, in one lower-case text. Its id is found whole only. */
function searchText(span: SpanRecord): string {
  const parts = [span.service, span.name, span.kind, span.status, span.statusMessage]
  addAttributes(parts, span.attributes)
  for (const event of span.events) {
    parts.push(event.name)
    addAttributes(parts, event.attributes)
  }
  return parts.join('\n').toLowerCase()
}

function addAttributes(parts: string[], attributes: Attributes): void {
  for (const [key, value] of Object.entries(attributes)) parts.push(`${key}=${printAttribute(value)}`)
}

/** Makes the texts once for a trace, when something is first looked for; every word must be in a span's. */
export function openFind(view: TraceView): (find: string) => number[] {
  let texts: string[] | undefined
  return (find) => {
    const words = find
      .trim()
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '')
    if (words.length === 0) return []
    texts ??= view.rows.map(({ span }) => searchText(span))
    return texts.flatMap((text, index) => {
      const id = view.rows[index]?.span.spanId
      return words.every((word) => text.includes(word) || word === id) ? [index] : []
    })
  }
}

/** The match after (or before) a row, going round at the end. */
export function nextMatch(matches: readonly number[], from: number, by: 1 | -1): number | undefined {
  if (by === 1) return matches.find((index) => index > from) ?? matches[0]
  return matches.findLast((index) => index < from) ?? matches.at(-1)
}
