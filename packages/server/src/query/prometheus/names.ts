/**
 * What Prometheus would call an OpenTelemetry metric, by the rules of the two projects' shared specification:
 *
 *   http.server.request.duration  s  histogram    ->  http_server_request_duration_seconds
 *   requests  {request}  monotonic sum            ->  requests_total
 *   disk.io  By  monotonic sum                    ->  disk_io_bytes_total
 *   cpu.load  1  gauge                            ->  cpu_load_ratio
 *   speed  m/s  gauge                             ->  speed_meters_per_second
 */
export type NamedMetric = { metric: string; unit: string; kind: string; monotonic: boolean }

const units: Readonly<Record<string, string>> = {
  d: 'days',
  h: 'hours',
  min: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  By: 'bytes',
  KiBy: 'kibibytes',
  MiBy: 'mebibytes',
  GiBy: 'gibibytes',
  TiBy: 'tibibytes',
  KBy: 'kilobytes',
  MBy: 'megabytes',
  GBy: 'gigabytes',
  TBy: 'terabytes',
  m: 'meters',
  V: 'volts',
  A: 'amperes',
  J: 'joules',
  W: 'watts',
  g: 'grams',
  Cel: 'celsius',
  Hz: 'hertz',
  '1': '',
  '%': 'percent',
}
const perUnits: Readonly<Record<string, string>> = {
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  mo: 'month',
  y: 'year',
}

export function prometheusName({ metric, unit, kind, monotonic }: NamedMetric): string {
  let words = metric.split(/[^\p{L}\p{N}:]+/u).filter((word) => word !== '')
  for (const word of unitWords(unit)) if (word === 'per' || !words.includes(word)) words.push(word)
  if (kind === 'sum' && monotonic) words = moveLast(words, 'total')
  if (kind === 'gauge' && unit === '1') words = moveLast(words, 'ratio')
  const name = words.join('_').replace(/[^a-zA-Z0-9_:]/g, '_')
  return /^[0-9]/.test(name) ? `_${name}` : name
}

const moveLast = (words: readonly string[], last: string): string[] => [...words.filter((word) => word !== last), last]

/** What stands in braces (`{request}`) is a remark and no unit. */
function unitWords(unit: string): string[] {
  const [main = '', ...rest] = unit.split('/')
  const per = rest.join('/')
  const word = (text: string, known: Readonly<Record<string, string>>): string => {
    const trimmed = text.trim()
    if (trimmed === '' || /[{}]/.test(trimmed)) return ''
    const found = Object.hasOwn(known, trimmed) ? known[trimmed] : undefined
    return found ?? trimmed.replace(/[^a-zA-Z0-9]+/g, '_').replace(/^_|_$/g, '')
  }
  const perWord = word(per, perUnits)
  return [word(main, units), ...(perWord === '' ? [] : ['per', perWord])].filter((each) => each !== '')
}

/** A label name as Prometheus has always had them. */
export function prometheusLabel(key: string): string {
  const name = key.replace(/[^a-zA-Z0-9_]/gu, '_')
  return /^(?:[0-9]|$)/.test(name) ? `key_${name}` : name
}

/** `le` and `quantile` as Prometheus prints them: all digits, no exponent. */
export function plainNumber(value: number): string {
  if (value === Infinity) return '+Inf'
  const text = String(value)
  const parts = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text)
  if (parts === null) return value === -Infinity ? '-Inf' : text
  const [, sign = '', first = '', rest = '', exponent = '0'] = parts
  const places = Number(exponent)
  const digits = first + rest
  return places < 0 ? `${sign}0.${'0'.repeat(-places - 1)}${digits}` : sign + digits.padEnd(places + 1, '0')
}

/**
 * What one stored metric is asked for by. Of a histogram with bounds these are four: itself, as a native histogram
 * with custom buckets, and its three classic series; a summary has its quantiles under the bare name.
 */
export type Part = 'value' | 'histogram' | 'bucket' | 'sum' | 'count' | 'quantile'
export type Face = { name: string; part: Part }

const partsOf: Readonly<Record<string, readonly (readonly [Part, string])[]>> = {
  gauge: [['value', '']],
  sum: [['value', '']],
  histogram: [
    ['histogram', ''],
    ['bucket', '_bucket'],
    ['sum', '_sum'],
    ['count', '_count'],
  ],
  exponential_histogram: [['histogram', '']],
  summary: [
    ['quantile', ''],
    ['sum', '_sum'],
    ['count', '_count'],
  ],
}

export function facesOf(name: string, kind: string): Face[] {
  return (partsOf[kind] ?? []).map(([part, suffix]) => ({ name: name + suffix, part }))
}

export type PrometheusType = 'counter' | 'gauge' | 'histogram' | 'summary'

export function prometheusType({ kind, monotonic }: Pick<NamedMetric, 'kind' | 'monotonic'>): PrometheusType {
  if (kind === 'sum') return monotonic ? 'counter' : 'gauge'
  if (kind === 'summary') return 'summary'
  return kind === 'gauge' ? 'gauge' : 'histogram'
}
