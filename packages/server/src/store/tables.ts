/**
 * The tables that telemetry is loaded into, column by column, as they stand on the wire (Native type names).
 *
 * This list is what `ingest/decode` writes and what `migrations/*.sql` creates; a test holds the two together.
 * Only columns a sender fills are here: columns the engine computes (DEFAULT, MATERIALIZED) and the rollups
 * behind materialized views live in the migrations alone.
 *
 * Attributes keep what was sent: `attributes` maps key to text, and `attribute_types` has one letter for each
 * entry in order (s string, b bool, i int, d double, x bytes as base64, a array, k kvlist, n empty; arrays and
 * kvlists as OTLP/JSON text, `{"values":[...]}`). A capital letter is of an entry that nobody sent: it was added on
 * arrival (see `ingest/arrival`). An empty `attribute_types` means all are strings, by far the most
 * common shape. A log's `body` and `body_type` are the same for one value: '' is a string, 'n' no body at all.
 * Strings are the bytes that were sent: what is not UTF-8 stays so, and is shown as U+FFFD.
 */

const time = "DateTime64(9, 'UTC')"
const timeMs = "DateTime64(3, 'UTC')"
const lc = 'LowCardinality(String)'
const attributes = 'Map(LowCardinality(String), String)'

/** Attributes with their types and how many the sender dropped. */
const attributeColumns = [
  ['attributes', attributes],
  ['attribute_types', lc],
  ['dropped_attributes', 'UInt32'],
] as const

/**
 * In the flags of a histogram's point: all its counts are doubles, of which the columns of whole numbers have the bits.
 * No sender's: OpenTelemetry keeps the bit for later, and it is taken off what one says.
 */
export const realCountsFlag = 2 ** 31

export const tables = {
  /** One row for each distinct resource and day of arrival; id = hash of its attributes in any order. */
  resources: [['resource_id', 'UInt64'], ['day', 'Date32'], ['service', lc], ['schema_url', lc], ...attributeColumns],
  /** One row for each distinct instrumentation scope and day of arrival. */
  scopes: [
    ['scope_id', 'UInt64'],
    ['day', 'Date32'],
    ['name', lc],
    ['version', lc],
    ['schema_url', lc],
    ...attributeColumns,
  ],
  spans: [
    ['ts', time],
    ['service', lc],
    ['name', lc],
    ['kind', 'UInt8'],
    ['status', 'UInt8'],
    ['status_message', 'String'],
    ['duration', 'Int64'],
    ['trace_id', 'FixedString(16)'],
    ['span_id', 'FixedString(8)'],
    ['parent_span_id', 'FixedString(8)'],
    ['trace_state', 'String'],
    ['flags', 'UInt32'],
    ['resource_id', 'UInt64'],
    ['scope_id', 'UInt64'],
    ...attributeColumns,
    [
      'events',
      `Array(Tuple(ts ${time}, name ${lc}, attributes ${attributes}, attribute_types ${lc}, dropped_attributes UInt32))`,
    ],
    [
      'links',
      `Array(Tuple(trace_id FixedString(16), span_id FixedString(8), trace_state String, flags UInt32, attributes ${attributes}, attribute_types ${lc}, dropped_attributes UInt32))`,
    ],
    ['dropped_events', 'UInt32'],
    ['dropped_links', 'UInt32'],
  ],
  logs: [
    ['ts', time],
    ['observed_ts', time],
    ['service', lc],
    ['severity', 'UInt8'],
    ['severity_text', lc],
    ['event_name', lc],
    ['body', 'String'],
    ['body_type', lc],
    ['trace_id', 'FixedString(16)'],
    ['span_id', 'FixedString(8)'],
    ['flags', 'UInt32'],
    ['resource_id', 'UInt64'],
    ['scope_id', 'UInt64'],
    ...attributeColumns,
  ],
  /** One row for each series and day (of event time) on which it had points. */
  series: [
    ['series_id', 'UInt64'],
    ['day', 'Date32'],
    ['metric', lc],
    ['kind', lc],
    ['temporality', lc],
    ['monotonic', 'Bool'],
    ['value_type', lc],
    ['unit', lc],
    ['description', lc],
    ['service', lc],
    ['resource_id', 'UInt64'],
    ['scope_id', 'UInt64'],
    ['attributes', attributes],
    ['attribute_types', lc],
  ],
  /** Gauge and sum points. Times in milliseconds; `start_ts` is 1970 when the sender gave none. */
  samples: [
    ['series_id', 'UInt64'],
    ['ts', timeMs],
    ['start_ts', timeMs],
    ['value', 'Float64'],
    ['flags', 'UInt32'],
  ],
  /**
   * Histogram and exponential histogram points; which of the two, the series says. Counts of a point whose flags have
   * `realCountsFlag` are the bits of doubles.
   */
  histograms: [
    ['series_id', 'UInt64'],
    ['ts', timeMs],
    ['start_ts', timeMs],
    ['flags', 'UInt32'],
    ['count', 'UInt64'],
    ['sum', 'Nullable(Float64)'],
    ['min', 'Nullable(Float64)'],
    ['max', 'Nullable(Float64)'],
    ['bounds', 'Array(Float64)'],
    ['bucket_counts', 'Array(UInt64)'],
    ['scale', 'Int32'],
    ['zero_count', 'UInt64'],
    ['zero_threshold', 'Float64'],
    ['positive_offset', 'Int32'],
    ['positive_counts', 'Array(UInt64)'],
    ['negative_offset', 'Int32'],
    ['negative_counts', 'Array(UInt64)'],
  ],
  summaries: [
    ['series_id', 'UInt64'],
    ['ts', timeMs],
    ['start_ts', timeMs],
    ['flags', 'UInt32'],
    ['count', 'UInt64'],
    ['sum', 'Float64'],
    ['quantiles', 'Array(Float64)'],
    ['values', 'Array(Float64)'],
  ],
  exemplars: [
    ['series_id', 'UInt64'],
    ['ts', timeMs],
    ['value', 'Float64'],
    ['trace_id', 'FixedString(16)'],
    ['span_id', 'FixedString(8)'],
    ['attributes', attributes],
    ['attribute_types', lc],
  ],
  /** One row for each batch that says of itself what it is (packages/protocol/src/accounting.ts), by time of arrival. */
  receipts: [
    ['ts', timeMs],
    ['instance', 'String'],
    ['signal', lc],
    ['first', 'UInt64'],
    ['records', 'UInt64'],
    ['stored', 'UInt64'],
    ['rejected', 'UInt64'],
    ['shed', 'UInt64'],
    ['dropped', 'String'],
  ],
} as const satisfies Record<string, readonly (readonly [name: string, type: string])[]>

export type TableName = keyof typeof tables
export const tableNames: readonly TableName[] = [
  'resources',
  'scopes',
  'series',
  'spans',
  'logs',
  'samples',
  'histograms',
  'summaries',
  'exemplars',
  'receipts',
]

/** What this server makes of what is stored, where a view of one table cannot. */
export const madeTables = {
  /** Who called whom in one minute; see migrations/0007-service-edges.sql. */
  service_edges: [
    ['minute', "DateTime('UTC')"],
    ['spans', 'UInt64'],
    ['one_of', 'UInt32'],
    ['callers', `Array(${lc})`],
    ['kinds', `Array(${lc})`],
    ['callees', `Array(${lc})`],
    ['requests', 'Array(UInt64)'],
    ['errors', 'Array(UInt64)'],
    ['durations', 'Array(Map(Int16, UInt64))'],
  ],
} as const satisfies Record<string, readonly (readonly [name: string, type: string])[]>

export type MadeTableName = keyof typeof madeTables
