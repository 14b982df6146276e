import type { NativeValue } from '../../packages/server/src/base/native/read-blocks.ts'
import type { TableName } from '../../packages/server/src/store/tables.ts'

/**
 * One shape for what was sent (OTLP/JSON) and for what was stored (rows), so that the two can be compared: a list
 * of records, each with its resource and scope, every entry filled in. Written against the specification and the
 * table list, without any of the code that decodes.
 */
export type Canonical = Record<string, unknown>
export type Rows = Partial<Record<TableName, Record<string, NativeValue>[]>>
type Json = Record<string, unknown>

const list = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : [])
const part = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {})
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const integer = (value: unknown): string => BigInt((value as string | number | undefined) ?? 0).toString()
const hex = (value: unknown, digits: number): string => text(value).toLowerCase().padStart(digits, '0')
const ms = (nanoseconds: unknown): string => (BigInt(integer(nanoseconds)) / 1_000_000n).toString()
const double = (value: unknown): string => (Object.is(value, -0) ? '-0' : String(Number(value ?? 0)))

/** Records of a request, as they must be found in the store. `arrivalNano` stands in for absent times. */
export function canonicalOfRequest(request: Json, arrivalNano: string): Canonical[] {
  return [
    ...under(request, 'resourceSpans', 'scopeSpans', 'spans', (span) => [spanOf(span, arrivalNano)]),
    ...under(request, 'resourceLogs', 'scopeLogs', 'logRecords', (record) => [logOf(record, arrivalNano)]),
    ...under(request, 'resourceMetrics', 'scopeMetrics', 'metrics', (metric) => pointsOf(metric, arrivalNano)),
  ]
}

function under(
  request: Json,
  entries: string,
  scopes: string,
  records: string,
  of: (record: Json) => Canonical[],
): Canonical[] {
  return list(request[entries]).flatMap((entry) =>
    list(entry[scopes]).flatMap((scopeEntry) =>
      list(scopeEntry[records]).flatMap((record) =>
        of(record).map((canonical) => ({
          ...canonical,
          resource: { ...attributesOf(part(entry['resource'])), schemaUrl: text(entry['schemaUrl']) },
          scope: {
            ...attributesOf(part(scopeEntry['scope'])),
            name: text(part(scopeEntry['scope'])['name']),
            version: text(part(scopeEntry['scope'])['version']),
            schemaUrl: text(scopeEntry['schemaUrl']),
          },
          service: serviceOf(part(entry['resource'])),
        })),
      ),
    ),
  )
}

function serviceOf(resource: Json): string {
  const value = list(resource['attributes']).find(({ key }) => key === 'service.name')?.['value']
  return textOf(part(value))[1] || 'unknown_service'
}

function attributesOf(holder: Json, key = 'attributes'): Canonical {
  return { attributes: pairsOf(holder[key]), dropped: Number(holder['droppedAttributesCount'] ?? 0) }
}

function pairsOf(attributes: unknown): unknown[] {
  return list(attributes).map((attribute) => [text(attribute['key']), ...textOf(part(attribute['value']))])
}

/** Letter and text of an AnyValue. */
function textOf(value: Json): [letter: string, text: string] {
  if ('stringValue' in value) return ['s', text(value['stringValue'])]
  if ('boolValue' in value) return ['b', String(value['boolValue'])]
  if ('intValue' in value) return ['i', integer(value['intValue'])]
  if ('doubleValue' in value) return ['d', double(value['doubleValue'])]
  if ('bytesValue' in value) return ['x', text(value['bytesValue'])]
  if ('arrayValue' in value) return ['a', JSON.stringify(plainJson(part(value['arrayValue'])))]
  if ('kvlistValue' in value) return ['k', JSON.stringify(plainJson(part(value['kvlistValue'])))]
  return ['n', '']
}

/** The list in a value as OTLP/JSON prints it: integers as texts. */
function plainJson(holder: Json): Json {
  return {
    values: list(holder['values']).map((element) =>
      'key' in element ? { key: element['key'], value: plainValue(part(element['value'])) } : plainValue(element),
    ),
  }
}

function plainValue(value: Json): Json {
  if ('intValue' in value) return { intValue: integer(value['intValue']) }
  if ('arrayValue' in value) return { arrayValue: plainJson(part(value['arrayValue'])) }
  if ('kvlistValue' in value) return { kvlistValue: plainJson(part(value['kvlistValue'])) }
  return value
}

function spanOf(span: Json, arrivalNano: string): Canonical {
  const end = integer(span['endTimeUnixNano'])
  const start = integer(span['startTimeUnixNano'])
  const ts = start !== '0' ? start : end !== '0' ? end : arrivalNano
  return {
    ts,
    duration: (BigInt(end === '0' ? ts : end) - BigInt(ts)).toString(),
    traceId: hex(span['traceId'], 32),
    spanId: hex(span['spanId'], 16),
    parentSpanId: hex(span['parentSpanId'], 16),
    name: text(span['name']),
    kind: Number(span['kind'] ?? 0),
    status: Number(part(span['status'])['code'] ?? 0),
    statusMessage: text(part(span['status'])['message']),
    traceState: text(span['traceState']),
    flags: Number(span['flags'] ?? 0),
    ...attributesOf(span),
    events: list(span['events']).map((event) => ({
      ts: integer(event['timeUnixNano']),
      name: text(event['name']),
      ...attributesOf(event),
    })),
    links: list(span['links']).map((link) => ({
      traceId: hex(link['traceId'], 32),
      spanId: hex(link['spanId'], 16),
      traceState: text(link['traceState']),
      flags: Number(link['flags'] ?? 0),
      ...attributesOf(link),
    })),
    droppedEvents: Number(span['droppedEventsCount'] ?? 0),
    droppedLinks: Number(span['droppedLinksCount'] ?? 0),
  }
}

function logOf(record: Json, arrivalNano: string): Canonical {
  const observed = integer(record['observedTimeUnixNano'])
  const time = integer(record['timeUnixNano'])
  const observedTs = observed === '0' ? arrivalNano : observed
  return {
    ts: time === '0' ? observedTs : time,
    observedTs,
    severity: Number(record['severityNumber'] ?? record['severity_number'] ?? 0),
    severityText: text(record['severityText'] ?? record['severity_text']),
    eventName: text(record['eventName']),
    body: textOf(part(record['body'])),
    traceId: hex(record['traceId'], 32),
    spanId: hex(record['spanId'], 16),
    flags: Number(record['flags'] ?? 0),
    ...attributesOf(record),
  }
}

const metricKinds = {
  gauge: 'gauge',
  sum: 'sum',
  histogram: 'histogram',
  exponentialHistogram: 'exponential_histogram',
  summary: 'summary',
}

function pointsOf(metric: Json, arrivalNano: string): Canonical[] {
  return Object.entries(metricKinds).flatMap(([key, kind]) =>
    list(part(metric[key])['dataPoints']).map((point) => {
      const time = integer(point['timeUnixNano'])
      const { attributes } = attributesOf(point)
      const seriesOf: Canonical = {
        metric: text(metric['name']),
        kind,
        unit: text(metric['unit']),
        description: text(metric['description']),
        temporality: ['', 'delta', 'cumulative'][Number(part(metric[key])['aggregationTemporality'] ?? 0)],
        monotonic: part(metric[key])['isMonotonic'] === true,
        attributes,
      }
      const shared = {
        ts: ms(time === '0' ? arrivalNano : time),
        startTs: ms(point['startTimeUnixNano']),
        flags: Number(point['flags'] ?? 0),
        exemplars: list(point['exemplars'])
          .map((exemplar) => exemplarOf(exemplar, time === '0' ? arrivalNano : time))
          .sort(byTime),
      }
      return { ...seriesOf, ...shared, ...valuesOf(kind, point) }
    }),
  )
}

/** Exemplars of a point have no order in the store. */
function byTime(a: Canonical, b: Canonical): number {
  return Number(a['ts']) - Number(b['ts'])
}

function exemplarOf(exemplar: Json, pointNano: string): Canonical {
  const time = integer(exemplar['timeUnixNano'])
  return {
    ts: ms(time === '0' ? pointNano : time),
    value: double(exemplar['asDouble'] ?? exemplar['asInt']),
    traceId: hex(exemplar['traceId'], 32),
    spanId: hex(exemplar['spanId'], 16),
    attributes: pairsOf(exemplar['filteredAttributes']),
  }
}

function valuesOf(kind: string, point: Json): Canonical {
  const optional = (value: unknown): string | null => (value === undefined ? null : double(value))
  const integers = (values: unknown): string[] => ((values ?? []) as unknown[]).map(integer)
  const doubles = (values: unknown): string[] => ((values ?? []) as unknown[]).map(double)
  if (kind === 'gauge' || kind === 'sum')
    return { value: double(point['asDouble'] ?? point['asInt']), valueType: 'asInt' in point ? 'int' : 'double' }
  const shared = { count: integer(point['count']) }
  if (kind === 'summary') {
    const quantiles = list(point['quantileValues'])
    return {
      ...shared,
      sum: double(point['sum']),
      quantiles: quantiles.map(({ quantile }) => double(quantile)),
      values: quantiles.map(({ value }) => double(value)),
    }
  }
  const [positive, negative] = [part(point['positive']), part(point['negative'])]
  return {
    ...shared,
    sum: optional(point['sum']),
    min: optional(point['min']),
    max: optional(point['max']),
    bounds: doubles(point['explicitBounds']),
    bucketCounts: kind === 'histogram' ? integers(point['bucketCounts']) : [],
    scale: Number(point['scale'] ?? 0),
    zeroCount: integer(point['zeroCount']),
    zeroThreshold: double(point['zeroThreshold']),
    positive: [Number(positive['offset'] ?? 0), integers(positive['bucketCounts'])],
    negative: [Number(negative['offset'] ?? 0), integers(negative['bucketCounts'])],
  }
}

type Row = Record<string, NativeValue>

/** The same records from rows of the store. */
export function canonicalOfRows(rows: Rows): Canonical[] {
  const origins = new Map<NativeValue | undefined, Canonical>()
  for (const row of rows.resources ?? [])
    origins.set(row['resource_id'], { ...storedAttributes(row), schemaUrl: row['schema_url'] })
  for (const row of rows.scopes ?? []) {
    const { name, version, schema_url: schemaUrl } = row
    origins.set(row['scope_id'], { ...storedAttributes(row), name, version, schemaUrl })
  }
  const of = (row: Row): Canonical => ({
    resource: origins.get(row['resource_id']),
    scope: origins.get(row['scope_id']),
    service: row['service'],
  })
  const spans = (rows.spans ?? []).map((row) => ({ ...storedSpan(row), ...of(row) }))
  const logs = (rows.logs ?? []).map((row) => ({ ...storedLog(row), ...of(row) }))
  return [...spans, ...logs, ...storedPoints(rows, of)]
}

function storedAttributes(row: Row): Canonical {
  return { attributes: storedPairs(row), dropped: row['dropped_attributes'] }
}

function storedPairs(row: Row): unknown[] {
  const types = String(row['attribute_types'])
  const pairs = row['attributes'] as [string, string][]
  const all = pairs.map(([key, value], index) => [key, types === '' ? 's' : types[index], value])
  // Capital letters are of what was added on arrival, beside what was sent.
  return all.filter(([, letter = '']) => letter === letter.toLowerCase())
}

function storedSpan(row: Row): Canonical {
  return {
    ts: String(row['ts']),
    duration: String(row['duration']),
    traceId: row['trace_id'],
    spanId: row['span_id'],
    parentSpanId: row['parent_span_id'],
    name: row['name'],
    kind: row['kind'],
    status: row['status'],
    statusMessage: row['status_message'],
    traceState: row['trace_state'],
    flags: row['flags'],
    ...storedAttributes(row),
    events: (row['events'] as Row[]).map((event) => ({
      ts: String(event['ts']),
      name: event['name'],
      ...storedAttributes(event),
    })),
    links: (row['links'] as Row[]).map((link) => ({
      traceId: link['trace_id'],
      spanId: link['span_id'],
      traceState: link['trace_state'],
      flags: link['flags'],
      ...storedAttributes(link),
    })),
    droppedEvents: row['dropped_events'],
    droppedLinks: row['dropped_links'],
  }
}

function storedLog(row: Row): Canonical {
  return {
    ts: String(row['ts']),
    observedTs: String(row['observed_ts']),
    severity: row['severity'],
    severityText: row['severity_text'],
    eventName: row['event_name'],
    body: [row['body_type'] === '' ? 's' : row['body_type'], row['body']],
    traceId: row['trace_id'],
    spanId: row['span_id'],
    flags: row['flags'],
    ...storedAttributes(row),
  }
}

function storedPoints(rows: Rows, of: (row: Row) => Canonical): Canonical[] {
  const series = new Map((rows.series ?? []).map((row) => [row['series_id'], row]))
  const exemplars = rows.exemplars ?? []
  const points = [...(rows.samples ?? []), ...(rows.histograms ?? []), ...(rows.summaries ?? [])]
  return points.map((point) => {
    const own = series.get(point['series_id']) ?? {}
    return {
      metric: own['metric'],
      kind: own['kind'],
      unit: own['unit'],
      description: own['description'],
      temporality: own['temporality'],
      monotonic: own['monotonic'],
      attributes: storedPairs(own),
      ts: String(point['ts']),
      startTs: String(point['start_ts']),
      flags: point['flags'],
      exemplars: exemplars
        .filter((exemplar) => exemplar['series_id'] === point['series_id'])
        .map((exemplar) => ({
          ts: String(exemplar['ts']),
          value: double(exemplar['value']),
          traceId: exemplar['trace_id'],
          spanId: exemplar['span_id'],
          attributes: storedPairs(exemplar),
        }))
        .sort(byTime),
      ...storedValues(String(own['kind']), point, own),
      ...of(own),
    }
  })
}

function storedValues(kind: string, point: Row, series: Row): Canonical {
  const doubles = (values: NativeValue | undefined): string[] => (values as number[]).map(double)
  const integers = (values: NativeValue | undefined): string[] => (values as bigint[]).map(String)
  const optional = (value: NativeValue | undefined): string | null => (value === null ? null : double(value))
  if (kind === 'gauge' || kind === 'sum') return { value: double(point['value']), valueType: series['value_type'] }
  const shared = { count: String(point['count']), sum: optional(point['sum']) }
  if (kind === 'summary') return { ...shared, quantiles: doubles(point['quantiles']), values: doubles(point['values']) }
  return {
    ...shared,
    min: optional(point['min']),
    max: optional(point['max']),
    bounds: doubles(point['bounds']),
    bucketCounts: integers(point['bucket_counts']),
    scale: point['scale'],
    zeroCount: String(point['zero_count']),
    zeroThreshold: double(point['zero_threshold']),
    positive: [point['positive_offset'], integers(point['positive_counts'])],
    negative: [point['negative_offset'], integers(point['negative_counts'])],
  }
}
