import type { SpanContextLike } from '../traces/span.ts'

/**
 * How baggage and tracestate are read and changed. A header that is only passed on needs none of it: it comes with those who
 * look inside, `wakeline/traces` and our providers for `@opentelemetry/api`.
 */
export interface Looks {
  /** Undefined when nothing of the header is valid. */
  parseBaggage(header: string): unknown
  /** Of anything with entries, a copy of `@opentelemetry/api` may have made it. */
  printBaggage(baggage: unknown): string | undefined
  traceState(text: string): SpanContextLike['traceState']
}

/** One for the module face whose core is the process's: `Propagation.lookInside` sets it. */
export const looks: { inside: Looks | undefined } = { inside: undefined }

/** What W3C asks to be passed on whole, however many entries it has. */
const headerMaxLength = 8192

/** Baggage as it came in a header. */
export class HeaderBaggage {
  /** Sent on as it is, but for what a header must not hold. */
  readonly text: string
  private read: unknown

  private constructor(text: string) {
    this.text = text
    this.read = undefined
  }

  /** Undefined when there is no entry in it. */
  static of(header: string): HeaderBaggage | undefined {
    if (header.length > headerMaxLength || !/(?:^|,)[^,;=]+=/.test(header)) return undefined
    // A lone surrogate, which encodeURIComponent throws for, becomes U+FFFD.
    return new HeaderBaggage(header.replace(/[^\t -~]+/g, (part) => encodeURIComponent(Buffer.from(part).toString())))
  }

  /** In the shape of `@opentelemetry/api`. */
  get entries(): unknown {
    this.read ??= looks.inside?.parseBaggage(this.text)
    return this.read
  }
}
