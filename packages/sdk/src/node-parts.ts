/**
 * What can be known of Node's own modules without loading them: node:http, node:tty (with node:net) and node:worker_threads
 * (with streams) take as long to load as a sixth of a start of the SDK (decision 0079).
 */

/** Whether this is no worker thread: there Node marks what cannot be called. */
export function isMainThread(): boolean {
  return Reflect.get(process.abort, 'disabled') !== true
}

/**
 * Whether a file is a terminal. A pipe or an ordinary file is none: only of a device node:tty is asked. In BigInts, because Node's
 * realpath takes the numbers of the last look for its own: after one at a pipe, symbolic links to packages are not followed.
 */
export function isTerminal(file: number): boolean {
  try {
    if (!process.getBuiltinModule('node:fs').fstatSync(file, { bigint: true }).isCharacterDevice()) return false
  } catch {
    // Not everything that has a number can be looked at: node:tty knows better.
  }
  return process.getBuiltinModule('node:tty').isatty(file)
}

/**
 * Runs `patch` when node:http is loaded, before a message of it is written: now, or as the first one is made, which is an
 * EventEmitter and passes `init` as all do. The first export makes one, so that nothing is in the way for long.
 */
export function whenHttpIsLoaded(patch: () => void): void {
  const loaded: unknown = Reflect.get(process, 'moduleLoadList')
  const isLoaded = !Array.isArray(loaded) || loaded.includes('NativeModule _http_client')
  const { EventEmitter } = process.getBuiltinModule('node:events')
  const original: unknown = Reflect.get(EventEmitter, 'init')
  if (isLoaded || typeof original !== 'function') {
    patch()
    return
  }
  let waits = true
  const init = function (this: object, ...options: unknown[]): void {
    Reflect.apply(original, this, options)
    if (!waits || !('_storeHeader' in this)) return
    waits = false
    if (Reflect.get(EventEmitter, 'init') === init) Reflect.set(EventEmitter, 'init', original)
    patch()
  }
  Reflect.set(EventEmitter, 'init', init)
}
