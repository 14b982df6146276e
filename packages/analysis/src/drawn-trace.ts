import type { PathSpan } from './critical-path.ts'

/**
 * Tests draw their traces: `name<parent`, a colon, and a bar of one nanosecond a character.
 *
 *   a    :|====|
 *   b<a  : |=|
 */
export function drawnTrace(picture: string): PathSpan[] {
  return picture
    .trim()
    .split('\n')
    .map((line) => {
      const [, name = '', parent = '', before = '', bar = ''] = /^\s*(\w+)(?:<(\w+))?\s*:( *)\|(=*)\|$/.exec(line) ?? []
      if (name === '') throw new Error(`Cannot read the drawn span "${line}": expected "name<parent : |===|"`)
      return {
        spanId: name,
        parentSpanId: parent,
        startUnixNano: String(1_700_000_000_000_000_000n + BigInt(before.length)),
        durationNano: bar.length,
        kind: 'internal',
      }
    })
}
