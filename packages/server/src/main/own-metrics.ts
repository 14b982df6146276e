import type { IngestCounts } from '../ingest/ingest.ts'

export type OwnCounts = {
  counts: IngestCounts
  /** By retention. */
  dropped: { rows: number; bytes: number }
  version: string
}

/** The server's own counters in Prometheus' text format, for `/metrics`. */
export function ownMetricsText({ counts, dropped, version }: OwnCounts): string {
  const lines: string[] = []
  const metric = (
    kind: 'counter' | 'gauge',
    name: string,
    help: string,
    samples: readonly [labels: string, value: number][],
  ): void => {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`)
    for (const [labels, value] of samples) lines.push(`${name}${labels} ${value}`)
  }
  const bySignal = (count: 'accepted' | 'rejected' | 'loaded'): [string, number][] =>
    (['spans', 'logs', 'points'] as const).map((signal) => [`{signal="${signal}"}`, counts[signal][count]])
  metric('gauge', 'wakeline_build_info', 'Version of the server.', [[`{version="${version}"}`, 1]])
  metric(
    'counter',
    'wakeline_ingest_accepted_total',
    'Records acknowledged: durable in the segment log.',
    bySignal('accepted'),
  )
  metric(
    'counter',
    'wakeline_ingest_rejected_total',
    'Records that made no sense; their senders were told.',
    bySignal('rejected'),
  )
  metric('counter', 'wakeline_ingest_loaded_total', 'Rows loaded into the store since the start.', bySignal('loaded'))
  metric('counter', 'wakeline_ingest_duplicated_requests_total', 'Requests that had been stored before.', [
    ['', counts.duplicatedRequests],
  ])
  metric('gauge', 'wakeline_ingest_waiting_segments', 'Segments waiting for the store.', [['', counts.waitingSegments]])
  metric('gauge', 'wakeline_ingest_waiting_bytes', 'Bytes waiting for the store.', [['', counts.waitingBytes]])
  metric('gauge', 'wakeline_ingest_poisoned_segments', 'Files the store refused for good, set aside.', [
    ['', counts.poisonedSegments],
  ])
  metric('counter', 'wakeline_store_expired_rows_total', 'Rows dropped for their age or the size of the store.', [
    ['', dropped.rows],
  ])
  metric('gauge', 'process_resident_memory_bytes', 'Resident memory.', [['', process.memoryUsage.rss()]])
  metric('counter', 'process_cpu_seconds_total', 'User and system time.', [['', cpuSeconds()]])
  return `${lines.join('\n')}\n`
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
