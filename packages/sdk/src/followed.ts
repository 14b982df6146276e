import { finished, type Readable, type Writable } from 'node:stream'

/** How a call ended; `stopped` is a generator or a stream that was left early. */
export type Outcome = 'ok' | 'error' | 'stopped'
export type End = (outcome: Outcome, error?: unknown) => void
/** Runs one step of a generator: in the context it belongs to. */
export type Within = <T>(run: () => T) => T

const directly: Within = (run) => run()

/** The value as the caller gets it. Only promises and generators are another object; they behave the same. */
export function followed<T>(value: T, end: End, within: Within = directly): T {
  if (typeof value !== 'object' || value === null) end('ok')
  else if (isPromise(value)) return followPromise(value, end)
  else if (isGenerator(value)) return followGenerator(value, end, within)
  else if (isStream(value)) followStream(value, end)
  else end('ok')
  return value
}

function isPromise(value: object): value is PromiseLike<unknown> {
  return 'then' in value && typeof value.then === 'function'
}

/** The derived promise is returned: handling the original would hide an unhandled rejection. */
function followPromise<T extends PromiseLike<unknown>>(promise: T, end: End): T {
  const derived: PromiseLike<unknown> = promise.then(
    (value) => {
      if (isStream(value)) followStream(value, end)
      else end('ok')
      return value
    },
    (thrown) => {
      end('error', thrown)
      throw thrown
    },
  )
  return derived as T
}

interface AnyGenerator {
  next(...args: unknown[]): unknown
  return(value?: unknown): unknown
  throw(error?: unknown): unknown
}

function isGenerator(value: object): value is AnyGenerator {
  const iterable = Symbol.iterator in value || Symbol.asyncIterator in value
  return iterable && ['next', 'return', 'throw'].every((name) => typeof Reflect.get(value, name) === 'function')
}

/** The same generator with its steps watched: it is over when it is done, has thrown, or was left early. */
function followGenerator<T extends object>(generator: T & AnyGenerator, end: End, within: Within): T {
  const step = (run: () => unknown, whenDone: Outcome): unknown => {
    const settled = (result: unknown) => {
      if (typeof result === 'object' && result !== null && Reflect.get(result, 'done') === true) end(whenDone)
      return result
    }
    try {
      const result = within(run)
      if (!(result instanceof Promise)) return settled(result)
      return result.then(settled, (thrown) => {
        end('error', thrown)
        throw thrown
      })
    } catch (thrown) {
      end('error', thrown)
      throw thrown
    }
  }
  const followed: T = Object.create(generator, {
    next: { value: (...args: unknown[]) => step(() => generator.next(...args), 'ok') },
    return: { value: (value?: unknown) => step(() => generator.return(value), 'stopped') },
    throw: { value: (error?: unknown) => step(() => generator.throw(error), 'ok') },
  })
  for (const symbol of [Symbol.iterator, Symbol.asyncIterator])
    if (symbol in generator) Object.defineProperty(followed, symbol, { value: () => followed })
  return followed
}

function isStream(value: unknown): value is Readable | Writable {
  if (typeof value !== 'object' || value === null || !('on' in value) || typeof value.on !== 'function') return false
  return (
    ('pipe' in value && typeof value.pipe === 'function') || ('write' in value && typeof value.write === 'function')
  )
}

function followStream(stream: Readable | Writable, end: End): void {
  finished(stream, (error) => {
    if (error === undefined || error === null) end('ok')
    else if ('code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE') end('stopped')
    else end('error', error)
  })
}
