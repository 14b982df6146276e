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
 * Runs `patch` when node:http is loaded, before headers of a message are written: now, or with the first. While its client is loaded it
 * asks `diagnostics_channel` for its channels, when the class of all messages is there: that one's `_storeHeader` waits for the first message.
 */
export function whenHttpIsLoaded(patch: () => void): void {
  const loaded: unknown = Reflect.get(process, 'moduleLoadList')
  if (!Array.isArray(loaded) || loaded.includes('NativeModule _http_client')) {
    patch()
    return
  }
  const channels = process.getBuiltinModule('node:diagnostics_channel')
  const { channel } = channels
  const asked: typeof channel = (name) => {
    if (name === 'http.client.request.start') {
      if (channels.channel === asked) channels.channel = channel
      withFirstMessage(patch)
    }
    return channel(name)
  }
  channels.channel = asked
}

function withFirstMessage(patch: () => void): void {
  const { prototype } = Object(process.getBuiltinModule('_http_outgoing')).OutgoingMessage
  const original = prototype._storeHeader
  prototype._storeHeader = function (this: object, ...args: unknown[]): unknown {
    prototype._storeHeader = original
    patch()
    return Reflect.apply(Reflect.get(this, '_storeHeader'), this, args)
  }
}
