import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddedLater } from '../instrument/added-later.ts'

/**
 * Properties that Express, its router and parseurl add to requests and responses, symbols by what they are called;
 * `statusMessage` is Node's own.
 */
const names = new Set<string | undefined>([
  'res',
  'next',
  'baseUrl',
  'originalUrl',
  '_parsedUrl',
  'params',
  'query',
  'route',
  'router.tracing.matchedRoute',
  'locals',
  'statusMessage',
])

/** Notes what these messages have got of it, if they have another prototype now. */
export function learnAdded(request: IncomingMessage, response: ServerResponse, added: AddedLater): void {
  const { IncomingMessage, ServerResponse } = process.getBuiltinModule('node:http')
  learn(request, added.ofRequests, IncomingMessage.prototype)
  learn(response, added.ofResponses, ServerResponse.prototype)
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
