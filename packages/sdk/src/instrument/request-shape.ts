import type { AttributeEncoding } from '../encode/attributes.ts'
import { BoundAttributes } from '../logs/bound-attributes.ts'
import type { HistogramInstrument } from '../metrics/instruments.ts'
import type { RequestForm } from '../middleware/request-form.ts'
import type { Attributes, BoundHistogram } from '../public.ts'
import { type SharedAttributes, shareAttributes } from '../traces/shared-attributes.ts'
import { spanKind } from '../traces/span-kind.ts'
import type { Host } from './http-names.ts'

/** What many requests to one route have in common. */
export interface ShapeFacts {
  readonly method: string
  readonly route: string | undefined
  /** Undefined when the caller went away before there was an answer. */
  readonly status: number | undefined
  readonly aborted: boolean
  readonly encrypted: boolean
  readonly host: Host | undefined
  readonly version: string
}

/** Everything that is the same for all requests of a shape, worked out with the first of them. */
export class RequestShape {
  readonly facts: ShapeFacts
  readonly spanName: string
  readonly duration: BoundHistogram
  readonly span: SharedAttributes
  /** The same on the line of the request. */
  readonly line: BoundAttributes
  /** What lines of it begin with, by the lengths of their ids. */
  readonly forms: RequestForm[]

  constructor(facts: ShapeFacts, duration: HistogramInstrument, how: AttributeEncoding) {
    const { method, route, status, aborted, encrypted, host, version } = facts
    // A caller that went away is not this server's fault: the error is named, the span is not marked as failed.
    const errorType = aborted ? 'ECONNRESET' : status !== undefined && status >= 500 ? String(status) : undefined
    const measured: Attributes = {
      'http.request.method': method,
      'url.scheme': encrypted ? 'https' : 'http',
      'http.response.status_code': status,
      'http.route': route,
      'error.type': errorType,
    }
    // A copy: what asks is a request in progress.
    this.facts = { method, route, status, aborted, encrypted, host, version }
    this.spanName = route === undefined ? method : `${method} ${route}`
    this.duration = duration.with(measured)
    const described = {
      ...measured,
      'server.address': host?.address,
      'server.port': host?.port,
      'network.protocol.version': version,
    }
    this.span = shareAttributes({ name: this.spanName, kind: spanKind.server }, described, how)
    const shown = { 'http.request.method': method, 'http.route': route, 'http.response.status_code': status }
    this.line = new BoundAttributes(shown, how)
    this.forms = []
  }
}

const shapesMax = 1_000

/** The shapes met so far; beyond the limit each request has one of its own. */
export class RequestShapes {
  private readonly byRoute = new Map<string | undefined, RequestShape[]>()
  private readonly duration: HistogramInstrument
  private readonly how: AttributeEncoding
  private count = 0

  constructor(duration: HistogramInstrument, how: AttributeEncoding) {
    this.duration = duration
    this.how = how
  }

  of(facts: ShapeFacts): RequestShape {
    let known = this.byRoute.get(facts.route)
    // Not find(): what it calls would be made anew for each request.
    if (known !== undefined) for (const shape of known) if (isSame(shape.facts, facts)) return shape
    const made = new RequestShape(facts, this.duration, this.how)
    if (this.count >= shapesMax) return made
    this.count++
    if (known === undefined) {
      known = []
      this.byRoute.set(facts.route, known)
    }
    known.push(made)
    return made
  }
}

function isSame(a: ShapeFacts, b: ShapeFacts): boolean {
  return (
    a.status === b.status &&
    a.method === b.method &&
    a.host === b.host &&
    a.aborted === b.aborted &&
    a.encrypted === b.encrypted &&
    a.version === b.version
  )
}
