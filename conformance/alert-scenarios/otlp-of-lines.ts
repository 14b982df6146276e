/** Lines of `alert_data.jsonl` as requests of OTLP/JSON, moved in time so that the first lies at `startMs`. */
export type Line = Readonly<Record<string, unknown>> & { readonly timestamp: string }

export type Requests = Partial<Record<'traces' | 'logs' | 'metrics', object>>

export function requestsOf(lines: readonly Line[], startMs: number): Requests {
  const shiftMs = startMs - Math.min(...lines.map(({ timestamp }) => Date.parse(timestamp)))
  const nanos = (timestamp: string, afterMs = 0): string =>
    String(BigInt(Math.round(Date.parse(timestamp) + shiftMs + afterMs)) * 1_000_000n)
  const metrics = lines.filter((line) => 'metric_name' in line)
  const spans = lines.filter((line) => 'span_id' in line)
  const logs = lines.filter((line) => !('metric_name' in line) && !('span_id' in line))
  return {
    ...(metrics.length > 0 && { metrics: metricsRequest(metrics, nanos) }),
    ...(spans.length > 0 && { traces: tracesRequest(spans, nanos) }),
    ...(logs.length > 0 && { logs: logsRequest(logs, nanos) }),
  }
}

type Nanos = (timestamp: string, afterMs?: number) => string

const textOf = (value: unknown): string => (value === undefined || value === null ? '' : String(value))
const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0)

function attributesOf(pairs: unknown): object[] {
  return Object.entries(pairs ?? {}).map(([key, value]) => ({ key, value: { stringValue: textOf(value) } }))
}

const temporalities: Readonly<Record<string, number>> = { Delta: 1, Cumulative: 2 }

function metricsRequest(lines: readonly Line[], nanos: Nanos): object {
  const resourceMetrics = lines.map((line) => {
    const point = {
      timeUnixNano: nanos(line.timestamp),
      asDouble: numberOf(line['value']),
      attributes: attributesOf(line['labels']),
    }
    const temporality = temporalities[textOf(line['temporality'])] ?? 2
    const data =
      line['type_'] === 'Sum'
        ? {
            sum: {
              dataPoints: [point],
              aggregationTemporality: temporality,
              isMonotonic: line['is_monotonic'] === true,
            },
          }
        : { gauge: { dataPoints: [point] } }
    const metric = { name: textOf(line['metric_name']), unit: textOf(line['unit']), ...data }
    return {
      resource: { attributes: attributesOf(line['resource_attrs']) },
      scopeMetrics: [{ metrics: [metric] }],
    }
  })
  return { resourceMetrics }
}

/** `PT0.8S` */
const durationMs = (text: string): number => {
  const [, hours = '0', minutes = '0', seconds = '0'] =
    /^PT(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.]+)S)?$/.exec(text) ?? []
  return (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000
}

/** Some of their ids are no hex digits; ours must be. */
const hexId = (text: string, digits: number): string =>
  /^[0-9a-f]+$/i.test(text) ? text : Buffer.from(text).toString('hex').slice(-digits).padStart(digits, '0')

function tracesRequest(lines: readonly Line[], nanos: Nanos): object {
  const resourceSpans = lines.map((line) => ({
    resource: { attributes: attributesOf(line['resources']) },
    scopeSpans: [
      {
        spans: [
          {
            traceId: hexId(textOf(line['trace_id']), 32),
            spanId: hexId(textOf(line['span_id']), 16),
            ...(textOf(line['parent_span_id']) !== '' && { parentSpanId: hexId(textOf(line['parent_span_id']), 16) }),
            name: textOf(line['name']),
            kind: numberOf(line['kind']),
            startTimeUnixNano: nanos(line.timestamp),
            endTimeUnixNano: nanos(line.timestamp, durationMs(textOf(line['duration']))),
            attributes: attributesOf(line['attributes']),
            status: { code: numberOf(line['status_code']), message: textOf(line['status_message']) },
          },
        ],
      },
    ],
  }))
  return { resourceSpans }
}

const severities: Readonly<Record<string, number>> = { TRACE: 1, DEBUG: 5, INFO: 9, WARN: 13, ERROR: 17, FATAL: 21 }

function logsRequest(lines: readonly Line[], nanos: Nanos): object {
  const resourceLogs = lines.map((line) => ({
    resource: { attributes: attributesOf(line['resources']) },
    scopeLogs: [
      {
        logRecords: [
          {
            timeUnixNano: nanos(line.timestamp),
            body: { stringValue: textOf(line['body']) },
            severityText: textOf(line['severity_text']),
            severityNumber: severities[textOf(line['severity_text']).toUpperCase()] ?? 0,
            attributes: attributesOf(line['attributes']),
          },
        ],
      },
    ],
  }))
  return { resourceLogs }
}
