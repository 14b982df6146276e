import type { ClosableServer } from './public.ts'

const idleLookMs = 25

/**
 * Resolves with true once the server has ended all its requests; with false when they were cut off at the deadline.
 * A connection that is kept alive after its last response becomes idle later: they are looked for again and again.
 */
export async function closeServer(server: ClosableServer, timeoutMs: number): Promise<boolean> {
  let deadline: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    deadline = setTimeout(() => resolve(false), timeoutMs)
  })
  const idle = setInterval(() => server.closeIdleConnections?.(), idleLookMs)
  try {
    const inTime = await Promise.race([closed(server), late])
    if (!inTime) server.closeAllConnections?.()
    return inTime
  } finally {
    clearTimeout(deadline)
    clearInterval(idle)
  }
}

/** A server that was not listening is closed as well. One that answers with a promise (Fastify's) is done with it. */
function closed(server: ClosableServer): Promise<true> {
  return new Promise((resolve, reject) => {
    const answer = server.close(() => resolve(true))
    server.closeIdleConnections?.()
    if (answer instanceof Promise) answer.then(() => resolve(true), reject)
  })
}
