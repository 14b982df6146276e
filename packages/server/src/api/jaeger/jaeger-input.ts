import { parseGoDuration } from './go-duration.ts'

/**
 * Jaeger's search parameters, as its own front end and Grafana send them, turned into our search language. All
 * conditions are on one span, as they are in Jaeger. Times are in microseconds, durations Go's (`1.5s`, `250ms`).
 */
export type JaegerSearch = { q: string; fromMs: number; toMs: number; limit: number; traceIds: string[] }

const limitUsual = 100
/** What Jaeger's front end lets people ask for. */
const limitMost = 1500
const lookbackUsualMs = 3_600_000

/** A mistake comes back as a sentence. */
export function readJaegerSearch(parameters: URLSearchParams, nowMs: number): JaegerSearch | { error: string } {
  const one = (name: string) => parameters.get(name) ?? ''
  const limit = one('limit') === '' ? limitUsual : Number(one('limit'))
  if (!Number.isInteger(limit) || limit < 1 || limit > limitMost) {
    return { error: `"limit" is a whole number from 1 to ${limitMost}` }
  }
  // Both ends are within, to the millisecond.
  const toMs = one('end') === '' ? nowMs : Math.floor(Number(one('end')) / 1000) + 1
  const lookbackMs = (parseGoDuration(one('lookback')) ?? lookbackUsualMs * 1e6) / 1e6
  const fromMs = one('start') === '' ? toMs - lookbackMs : Math.floor(Number(one('start')) / 1000)
  if (!(fromMs >= 0 && fromMs < toMs)) return { error: '"start" is before "end"; both are microseconds since 1970' }
  const terms = readTerms(parameters)
  if ('error' in terms) return terms
  const traceIds = parameters.getAll('traceID').flatMap((text) => paddedTraceId(text) ?? [])
  return { q: terms.terms.join(' '), fromMs, toMs, limit, traceIds }
}

function readTerms(parameters: URLSearchParams): { terms: string[] } | { error: string } {
  const terms: string[] = []
  const service = parameters.get('service') ?? ''
  const operation = parameters.get('operation') ?? ''
  if (service !== '') terms.push(`service=${quoted(service)}`)
  if (operation !== '') terms.push(`name=${quoted(operation)}`)
  for (const [name, sign] of [
    ['minDuration', '>='],
    ['maxDuration', '<='],
  ] as const) {
    const text = parameters.get(name) ?? ''
    if (text === '') continue
    const nano = parseGoDuration(text)
    if (nano === undefined) return { error: `"${name}" is a duration such as 1.2s, 100ms or 500us` }
    terms.push(`duration${sign}${Math.round(nano)}ns`)
  }
  const attributes = readAttributes(parameters)
  if ('error' in attributes) return attributes
  return { terms: [...terms, ...attributes.pairs.map(([key, value]) => termOf(key, value))] }
}

/** `tags={"k":"v"}`, and `tag=k:v` as often as wanted. */
function readAttributes(parameters: URLSearchParams): { pairs: [string, string][] } | { error: string } {
  const pairs: [string, string][] = []
  for (const text of parameters.getAll('tag')) {
    const at = text.indexOf(':')
    if (at <= 0) return { error: `"tag" is written key:value, got "${text}"` }
    pairs.push([text.slice(0, at), text.slice(at + 1)])
  }
  for (const text of parameters.getAll('tags')) {
    const parsed = parseObject(text)
    if (parsed === undefined) return { error: '"tags" is a JSON object of texts, such as {"http.method":"GET"}' }
    pairs.push(...Object.entries(parsed).map(([key, value]): [string, string] => [key, String(value)]))
  }
  return { pairs }
}

function parseObject(text: string): object | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

/** What Jaeger keeps as an attribute and OpenTelemetry as a column. */
function termOf(key: string, value: string): string {
  if (key === 'error') return value === 'false' ? '-status:error' : 'status:error'
  if (key === 'span.kind') return `kind:${quoted(value)}`
  if (key === 'otel.status_code') return `status:${quoted(value.toLowerCase())}`
  return `${quoted(key)}=${quoted(value)}`
}

/** In quotes nothing is a sign of the language. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}

/** Jaeger leaves out leading zeros. */
export function paddedTraceId(text: string): string | undefined {
  return /^[0-9a-f]{1,32}$/i.test(text) ? text.toLowerCase().padStart(32, '0') : undefined
}
