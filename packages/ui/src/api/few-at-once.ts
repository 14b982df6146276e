/** Lets so many run at a time; the others wait in a line, and leave it when nobody waits for them any more. */
export type FewAtOnce = <Result>(signal: AbortSignal, run: () => Promise<Result>) => Promise<Result>

export function fewAtOnce(most: number): FewAtOnce {
  let running = 0
  const waiting: (() => void)[] = []
  const enter = (signal: AbortSignal): Promise<void> => {
    if (running < most) {
      running += 1
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      const next = () => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = () => {
        const at = waiting.indexOf(next)
        if (at >= 0) waiting.splice(at, 1)
        reject(signal.reason)
      }
      waiting.push(next)
      signal.addEventListener('abort', leave, { once: true })
    })
  }
  return async (signal, run) => {
    signal.throwIfAborted()
    await enter(signal)
    try {
      return await run()
    } finally {
      // Who comes next takes this place.
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}
