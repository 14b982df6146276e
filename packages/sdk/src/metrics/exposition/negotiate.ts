/**
 * `text`: Prometheus' text format 0.0.4. `openmetrics`: OpenMetrics 1.0, with exemplars. `protobuf`: Prometheus' protobuf,
 * with exemplars and native histograms.
 */
export type Dialect = 'text' | 'openmetrics' | 'protobuf'

const protobuf = 'application/vnd.google.protobuf'

/** The dialect a scraper likes best: others than text only for one that names them. */
export function dialectOf(accept: string | undefined): Dialect {
  let best: Dialect = 'text'
  let bestQuality = 0
  for (const part of accept?.split(',') ?? []) {
    const [type = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase())
    const given = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
    const quality = given === undefined ? 1 : Number(given)
    const dialect = known(type, (name) =>
      parameters.find((parameter) => parameter.startsWith(`${name}=`))?.slice(name.length + 1),
    )
    if (dialect === undefined || !(quality > bestQuality)) continue
    best = dialect
    bestQuality = quality
  }
  return best
}

function known(type: string, parameter: (name: string) => string | undefined): Dialect | undefined {
  if (type === 'text/plain') return 'text'
  if (type === 'application/openmetrics-text')
    return (parameter('version') ?? '1.0.0') === '1.0.0' ? 'openmetrics' : undefined
  const isFamilies = parameter('proto') === 'io.prometheus.client.metricfamily'
  return type === protobuf && isFamilies && parameter('encoding') === 'delimited' ? 'protobuf' : undefined
}

/** Whether the reader takes gzip. */
export function takesGzip(acceptEncoding: string | undefined): boolean {
  return (acceptEncoding?.split(',') ?? []).some((part) => /^\s*(gzip|\*)\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/i.test(part))
}

export const contentTypes: Readonly<Record<Dialect, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  protobuf: `${protobuf}; proto=io.prometheus.client.MetricFamily; encoding=delimited`,
}
