import { type TraceTree, traceTree } from '../trace-tree.ts'
import type { ProblemSpan } from './problem.ts'

/**
 * Tests tell their traces, a span a line, times in milliseconds:
 *
 *     id<parent  service  kind  start+duration  name  {attribute: value, ...}
 *     1          shop     server    0+200       GET /cart
 *     2<1        shop     client   10+12        query     db.system=postgresql; db.statement=SELECT 1
 *
 * `!` before the service marks an error.
 */
export function toldTrace(text: string): TraceTree<ProblemSpan> {
  return traceTree(text.trim().split('\n').map(toldSpan))
}

const line =
  /^\s*(?<id>\w+)(?:<(?<parent>\w+))?\s+(?<failed>!?)(?<service>[\w-]+)\s+(?<kind>\w+)\s+(?<start>[\d.]+)\+(?<duration>[\d.]+)\s+(?<name>.+?)(?:\s{2,}(?<attributes>\S.*))?$/

function toldSpan(text: string): ProblemSpan {
  const found = line.exec(text)?.groups
  if (found === undefined) throw new Error(`Cannot read the told span "${text}"`)
  const { id = '', parent = '', failed, service = '', kind = '', start, duration, name = '', attributes = '' } = found
  const pairs = attributes === '' ? [] : attributes.split('; ').map((pair) => pair.split(/=(.*)/s))
  return {
    spanId: id,
    parentSpanId: parent,
    service,
    kind,
    name,
    status: failed === '!' ? 'error' : 'unset',
    startUnixNano: String(1_700_000_000_000_000_000n + BigInt(Math.round(Number(start) * 1e6))),
    durationNano: Number(duration) * 1e6,
    attributes: Object.fromEntries(pairs.map(([key = '', value = '']) => [key, value])),
  }
}

/** `count` children of 1, one after the other: `each` gives what stands behind start and duration. */
export function told(count: number, each: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => each(index)).join('\n')
}
