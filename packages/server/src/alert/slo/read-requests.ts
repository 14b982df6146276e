import type { Mapping } from '../../base/yaml-input.ts'
import { quote } from '../../query/promql/parse/literals.ts'
import { readLength } from '../read-duration.ts'
import type { Sli } from './slo.ts'

/**
 * `requests:` of our own format: the share of a service's HTTP requests that succeed, or that are answered in time. It reads what
 * OpenTelemetry's `http.server.request.duration` measures, which counts every request, sampled or not.
 *
 *     requests:
 *       operation: POST /orders     one, as the service's page names it; all of them without
 *       faster_than: 250ms          slow is bad; without, an answer of 5xx is
 */
const metric = 'http_server_request_duration_seconds'

/** Where the buckets of the histogram end, by OpenTelemetry's conventions: only there is known how many were faster. */
const boundsMs = [5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000]

export function readRequests(given: Mapping, { service, badMin }: { service: string; badMin: number }): Sli {
  const selected = [...jobOf(given.text('service', service)), ...operationOf(given)]
  const fasterMs = readLength(given, 'faster_than')
  if (fasterMs !== undefined && !boundsMs.includes(fasterMs)) {
    const known = boundsMs.map((ms) => (ms < 1000 ? `${ms}ms` : `${ms / 1000}s`)).join(', ')
    given.input.wrong(
      given.take('faster_than'),
      `faster_than is counted in buckets, which end at ${known}; take one of those`,
    )
  }
  given.end('an SLI of the kind "requests"')
  const rateOf = (name: string, more: readonly string[] = []): string =>
    `sum(rate(${metric}_${name}{${[...selected, ...more].join(',')}}[{{.window}}]))`
  const all = rateOf('count')
  if (fasterMs === undefined) {
    // Where nothing has ever failed there is no series of it, and that is 0 and not nothing.
    const errorQuery = `${rateOf('count', ['http_response_status_code=~"5.."'])} or vector(0)`
    return { kind: 'events', errorQuery, totalQuery: all, presentQuery: all, badMin }
  }
  const fast = rateOf('bucket', [`le=~${quote(boundShape(fasterMs / 1000))}`])
  return { kind: 'events', errorQuery: `${all} - ${fast}`, totalQuery: all, presentQuery: fast, badMin }
}

/** With or without the namespace of the service. */
const jobOf = (service: string): readonly string[] =>
  service === '' ? [] : [`job=~${quote(`(.+/)?${escapeRegex(service)}`)}`]

/** `1` and `1.0` are the same bound, written by two. */
const boundShape = (seconds: number): string =>
  `${escapeRegex(String(seconds))}${Number.isInteger(seconds) ? '(\\.0)?' : ''}`

const escapeRegex = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

function operationOf(given: Mapping): readonly string[] {
  const operation = given.text('operation').trim()
  if (operation === '') return []
  const parts = /^([A-Z]+)(?:\s+(\/\S*))?$/.exec(operation)
  if (parts === null) {
    given.input.wrong(
      given.take('operation'),
      `operation is "${operation}" and is expected as a method and a route, such as GET /orders/:id`,
    )
    return []
  }
  const [, method = '', route] = parts
  return [`http_request_method=${quote(method)}`, ...(route === undefined ? [] : [`http_route=${quote(route)}`])]
}
