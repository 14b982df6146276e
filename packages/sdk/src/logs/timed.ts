import { finished, type Readable, type Writable } from 'node:stream'
import type { Log } from '../public.ts'
import type { TimedOptions } from './public.ts'

interface Timing {
  readonly operation: string
  readonly name: string
  readonly log: Log
  readonly level: NonNullable<TimedOptions['level']>
}

type Outcome = 'ok' | 'error' | 'stopped'
type End = (outcome: Outcome, error?: unknown) => void

/** Runs a call and writes one line when it is over, whatever it gives: a value, a promise, a generator or a stream. */
export function timeCall<T>(timing: Timing, call: () => T): T {
  const startMs = performance.now()
  let ended = false
  const end: End = (outcome, error) => {
    if (ended) return
    ended = true
    writeLine(timing, (performance.now() - startMs) / 1000, outcome, error)
  }
  try {
    return followed(call(), end)
  } catch (thrown) {
    end('error', thrown)
    throw thrown
  }
}

function writeLine(
  { operation, name, log, level }: Timing,
  durationSeconds: number,
  outcome: Outcome,
  error: unknown,
): void {
  const attributes = { operation, function: name, duration_seconds: durationSeconds, outcome }
  if (outcome !== 'error') log[level](attributes, operation)
  else log.error(error instanceof Error ? error : new Error(String(error)), { ...attributes }, operation)
}

/** The value as the caller gets it. Only promises and generators are another object; they behave the same. */
function followed<T>(value: T, end: End): T {
  if (typeof value !== 'object' || value === null) end('ok')
  else if (isPromise(value)) return followPromise(value, end)
  else if (isGenerator(value)) return followGenerator(value, end)
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
function followGenerator<T extends object>(generator: T & AnyGenerator, end: End): T {
  const step = (run: () => unknown, whenDone: Outcome): unknown => {
    const settled = (result: unknown) => {
      if (typeof result === 'object' && result !== null && Reflect.get(result, 'done') === true) end(whenDone)
      return result
    }
    try {
      const result = run()
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
