import type { TraceSummary } from '@wakeline/protocol'

/**
 * The traces of some pages, each once: one whose spans arrive between two pages may stand on both. The server's newest
 * are those with the latest span that matches; the list shows when each trace began, so that is what it goes by.
 */
export function listed(
  pages: readonly { traces: readonly TraceSummary[] }[],
  order: 'newest' | 'slowest',
): TraceSummary[] {
  const traces = [...new Map(pages.flatMap((page) => page.traces).map((trace) => [trace.traceId, trace])).values()]
  return order === 'slowest' ? traces : traces.sort(latestFirst)
}

function latestFirst(a: TraceSummary, b: TraceSummary): number {
  const [one, other] = [BigInt(a.startUnixNano), BigInt(b.startUnixNano)]
  return one < other ? 1 : one > other ? -1 : 0
}
