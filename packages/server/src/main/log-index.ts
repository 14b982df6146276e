import type { Store } from '../store/store.ts'

/**
 * When the words of log bodies are indexed. It costs half a microsecond of CPU a line in each merge: nothing at a thousand
 * lines a second, too much at two hundred thousand (docs/decisions/0007-text-index.md, 0089-words-and-numbers.md). So while logs pour in it is put
 * off, and made up for when it is calm. Questions scan what has no index: answers come slower, never otherwise.
 */
export type LogIndexParts = {
  store: Store
  /** Log records loaded since the start. */
  loaded: () => number
  report: (sentence: string) => void
}

/** A fifth of one core at the limit. */
const busyRowsPerSecond = 20_000
const windowMs = 5_000

/** Looks at the rate every five seconds. What cannot be changed is said, and tried again at the next look. */
export function startLogIndex({ store, loaded, report }: LogIndexParts): { stop(): Promise<void> } {
  let before = loaded()
  let looking = Promise.resolve()
  const look = async (): Promise<void> => {
    const rows = loaded() - before
    before += rows
    try {
      await store.indexLogBodies(rows > (busyRowsPerSecond * windowMs) / 1000 ? 'later' : 'in merges')
    } catch (error) {
      report(`Cannot change when log bodies are indexed, trying again in ${windowMs / 1000} s: ${error}`)
    }
  }
  const timer = setInterval(() => {
    looking = looking.then(look)
  }, windowMs)
  timer.unref()
  return {
    async stop() {
      clearInterval(timer)
      await looking
    },
  }
}
