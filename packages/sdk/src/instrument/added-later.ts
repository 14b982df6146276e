import type { IncomingMessage, ServerResponse } from 'node:http'
import { loadOnDemand } from '../on-demand/load.ts'
import type { Report } from '../report.ts'

/** A route or a status may be missing from the first requests. */
const looksMax = 32

/**
 * What a framework adds to each request and response of a server after it has given them another prototype. From then on V8
 * makes a hidden class for every single object with every property that is added, and no cache holds for it any more: two
 * fifths of what a bare Express request costs (decision 0078). Properties that are there before, undefined, cost nothing.
 */
export class AddedLater {
  readonly ofRequests: PropertyKey[] = []
  readonly ofResponses: PropertyKey[] = []
  private looks = 0

  /** To messages nobody has seen yet. */
  add(request: IncomingMessage, response: ServerResponse): void {
    // Assignments, because that is what the framework does: `defineProperty` would be slower than what is saved.
    for (const key of this.ofRequests) Object(request)[key] = undefined
    for (const key of this.ofResponses) Object(response)[key] = undefined
  }

  /** From messages that are over; only the first ones say something. */
  learn(request: IncomingMessage, response: ServerResponse, report: Report): void {
    // Whoever replaces prototypes adds this one.
    if (this.looks++ < looksMax && 'next' in request)
      loadOnDemand('learn-added', report)?.learnAdded(request, response, this)
  }
}
