import type { CapturedSpan } from './public.ts'

/**
 * Spans as people draw them in tests:
 *
 *     checkout
 *       load cart
 *       pay (error: card declined)
 *
 * A span whose parent was not captured stands alone, and says so: its parent is elsewhere, or has not ended.
 */
export function drawSpans(spans: readonly CapturedSpan[]): string {
  const known = new Set(spans.map((span) => span.spanId))
  const children = new Map<string, CapturedSpan[]>()
  for (const span of spans) {
    const parent = known.has(span.parentSpanId) ? span.parentSpanId : ''
    children.set(parent, [...(children.get(parent) ?? []), span])
  }
  const lines: string[] = []
  const draw = (parent: string, depth: number) => {
    const sorted = (children.get(parent) ?? []).toSorted((a, b) => a.startUnixMs - b.startUnixMs)
    for (const span of sorted) {
      const apart = depth === 0 && span.parentSpanId !== '' ? ' (parent not captured)' : ''
      const failed = span.status === 'error' ? ` (error: ${span.statusMessage ?? ''})` : ''
      lines.push(`${'  '.repeat(depth)}${span.name}${failed}${apart}`)
      draw(span.spanId, depth + 1)
    }
  }
  draw('', 0)
  return lines.join('\n')
}
