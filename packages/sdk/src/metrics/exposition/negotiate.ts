import type { Dialect } from './write-exposition.ts'

/** The dialect a scraper likes best: OpenMetrics only for one that names it. */
export function dialectOf(accept: string | undefined): Dialect {
  let best: Dialect = 'text'
  let bestQuality = 0
  for (const part of accept?.split(',') ?? []) {
    const [type = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase())
    const given = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
    const quality = given === undefined ? 1 : Number(given)
    const version = parameters.find((parameter) => parameter.startsWith('version='))?.slice(8)
    const known = type === 'application/openmetrics-text' && (version === undefined || version === '1.0.0')
    const dialect: Dialect | undefined = known ? 'openmetrics' : type === 'text/plain' ? 'text' : undefined
    if (dialect === undefined || !(quality > bestQuality)) continue
    best = dialect
    bestQuality = quality
  }
  return best
}

/** Whether the reader takes gzip. */
export function takesGzip(acceptEncoding: string | undefined): boolean {
  return (acceptEncoding?.split(',') ?? []).some((part) => /^\s*(gzip|\*)\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/i.test(part))
}

export const contentTypes: Readonly<Record<Dialect, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}
