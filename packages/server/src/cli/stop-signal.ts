/** npm and terminals send one Ctrl-C twice, within milliseconds; only a later signal means "at once". */
const sameSignalMs = 500

/**
 * Resolves at the first SIGINT or SIGTERM, or when the process that started this one by fork is gone. A second signal
 * ends the process there and then.
 */
export function stopSignal(hurry: () => void): Promise<string> {
  let firstMs = 0
  return new Promise((resolve) => {
    const stop = (name: string): void => {
      if (firstMs === 0) {
        firstMs = performance.now()
        resolve(name)
      } else if (performance.now() - firstMs > sameSignalMs) hurry()
    }
    for (const name of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.on(name, () => stop(name))
  })
}
