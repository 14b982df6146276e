import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * Properties that Express, its router and parseurl add to requests and responses, symbols by what they are called;
 * `statusMessage` is Node's own.
 */
const names = new Set<string | undefined>(
  'res next baseUrl originalUrl _parsedUrl params query route router.tracing.matchedRoute locals statusMessage'.split(
    ' ',
  ),
)
/** A route or a status may be missing from the first requests. */
const looksMax = 64

/**
 * What a framework adds to each request and response of a server after it has given them another prototype. From then on V8
 * makes a hidden class for every single object with every property that is added, and no cache holds for it any more: two
 * fifths of what a bare Express request costs (decision 0078). Properties that are there before, undefined, cost nothing.
 */
export class AddedLater {
  private readonly ofRequests: PropertyKey[] = []
  private readonly ofResponses: PropertyKey[] = []
  private looks = 0

  /** To messages nobody has seen yet. */
  add(request: IncomingMessage, response: ServerResponse): void {
    if (this.ofRequests.length === 0) return
    add(request, this.ofRequests)
    add(response, this.ofResponses)
  }

  /** From messages that are over; only the first ones say something. */
  learn(request: IncomingMessage, response: ServerResponse): void {
    if (this.looks === looksMax) return
    this.looks++
    const { IncomingMessage, ServerResponse } = process.getBuiltinModule('node:http')
    learn(request, this.ofRequests, IncomingMessage.prototype)
    learn(response, this.ofResponses, ServerResponse.prototype)
  }
}

function add(message: object, keys: readonly PropertyKey[]): void {
  // An assignment, because that is what the framework does: `defineProperty` would be slower than what is saved.
  const open: Record<PropertyKey, unknown> = Object(message)
  for (const key of keys) open[key] = undefined
}

function learn(message: object, keys: PropertyKey[], plain: object): void {
  const prototype: object = Object.getPrototypeOf(message)
  if (prototype === plain) return
  for (const key of Reflect.ownKeys(message)) {
    const name = typeof key === 'symbol' ? key.description : key
    // What the new prototype answers must not be hidden (`query` in Express 5), even if the program has put its own there.
    const isHiding = key in prototype && key !== 'statusMessage'
    if (names.has(name) && !isHiding && !keys.includes(key)) keys.push(key)
  }
}
