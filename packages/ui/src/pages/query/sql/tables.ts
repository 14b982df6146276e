/** The tables that SQL can ask, and what a row of each is. */
export const sqlTables: readonly { name: string; says: string }[] = [
  { name: 'spans', says: 'one row a span: ts, service, name, duration in ns, status (2 is error), attributes' },
  { name: 'logs', says: 'one row a record: ts, service, severity (17 and more are errors), body, attributes' },
  { name: 'series', says: 'one row a metric series: metric, unit, attributes' },
  { name: 'samples', says: 'values of series: series_id, ts, value' },
  { name: 'histograms', says: 'points of histogram series: counts by bucket, sum' },
  { name: 'summaries', says: 'points of summary series: quantiles' },
  { name: 'exemplars', says: 'values with the trace they were measured in' },
  { name: 'resources', says: 'who sent it: attributes of a resource_id' },
  { name: 'scopes', says: 'which library made it: name and version of a scope_id' },
  { name: 'span_red', says: 'requests, errors and durations by service, operation and minute' },
  { name: 'log_volume', says: 'log records by service, severity and minute' },
  { name: 'trace_bounds', says: 'when each trace began and ended' },
  { name: 'attribute_keys', says: 'which attributes there are, and how often' },
]

/** Ids are bytes: `hex(trace_id)` makes them readable, and leads to the trace. */
export const sqlExamples: readonly { says: string; query: string }[] = [
  {
    says: 'Spans, errors and 95th percentile of each operation, last hour',
    query:
      'SELECT service, name, count() AS spans, countIf(status = 2) AS errors, quantile(0.95)(duration) / 1e6 AS p95_ms\nFROM spans\nWHERE ts > now() - INTERVAL 1 HOUR\nGROUP BY service, name\nORDER BY spans DESC\nLIMIT 50',
  },
  {
    says: 'Bytes of log bodies by service, last day',
    query:
      'SELECT service, count() AS records, formatReadableSize(sum(length(body))) AS bodies\nFROM logs\nWHERE ts > now() - INTERVAL 1 DAY\nGROUP BY service\nORDER BY sum(length(body)) DESC',
  },
  {
    says: 'The slowest spans of the last hour, each with its trace',
    query:
      'SELECT hex(trace_id) AS trace, service, name, round(duration / 1e6, 1) AS ms, ts\nFROM spans\nWHERE ts > now() - INTERVAL 1 HOUR\nORDER BY duration DESC\nLIMIT 20',
  },
  {
    says: 'Which values a span attribute has, last hour',
    query:
      "SELECT attributes['http.route'] AS route, count() AS spans, uniq(trace_id) AS traces\nFROM spans\nWHERE ts > now() - INTERVAL 1 HOUR AND mapContains(attributes, 'http.route')\nGROUP BY route\nORDER BY spans DESC\nLIMIT 100",
  },
]

/** Names of tables in a text, however it is meant: what is completed after them are their columns. */
export function tablesIn(text: string): string[] {
  const words = new Set(text.toLowerCase().match(/[a-z_]+/g))
  return sqlTables.map(({ name }) => name).filter((name) => words.has(name))
}
