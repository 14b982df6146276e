import type { SessionAnswer } from '@wakeline/protocol'
import { Hono } from 'hono'
import { z } from 'zod'
import { type AccessRules, accessHeaders, checkToken, isSameSecret, type Sessions } from '../base/access.ts'
import { addressOf } from './caller.ts'
import { ApiFailure } from './errors.ts'
import { sendJson } from './send.ts'

const attemptsMax = 10
const attemptsWindowMs = 60_000
const addressesMax = 1000
const bodySizeMaxBytes = 4096
const body = z.strictObject({ token: z.string().min(1).max(1024) })

export type SessionOptions = {
  rules: AccessRules
  sessions: Sessions
  nowUnixMs: () => number
}

/** Trades the token for the UI's cookie. Wrong tokens are counted by address, and soon refused unread. */
export function sessionRoutes({ rules, sessions, nowUnixMs }: SessionOptions): Hono {
  const attempts = openAttempts(nowUnixMs)
  const routes = new Hono()
  routes.get('/', (context) => {
    const headers = accessHeaders((name) => context.req.header(name))
    const signedIn = checkToken(headers, rules) === undefined || sessions.isValid(headers.cookie, nowUnixMs())
    const answer: SessionAnswer = { tokenRequired: rules.token !== '', signedIn }
    return sendJson(context, answer)
  })
  routes.post('/', async (context) => {
    const address = addressOf(context.req.raw)
    const waitMs = attempts.waitMs(address)
    if (waitMs > 0) {
      throw new ApiFailure(
        'too_many_attempts',
        `Cannot sign in: there were ${attemptsMax} wrong tokens within a minute`,
        { retryAfterSeconds: Math.ceil(waitMs / 1000) },
      )
    }
    const given = await readToken(context.req.raw)
    if (rules.token !== '' && !isSameSecret(given, rules.token)) {
      attempts.count(address)
      throw new ApiFailure('unauthorized', 'Cannot sign in: the token is not the right one')
    }
    context.header('Set-Cookie', sessions.issue(nowUnixMs()))
    return context.body(null, 204)
  })
  routes.delete('/', (context) => {
    context.header('Set-Cookie', 'wakeline-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict')
    return context.body(null, 204)
  })
  return routes
}

async function readToken(request: Request): Promise<string> {
  const refused = new ApiFailure(
    'invalid_request',
    'Cannot sign in: the body is {"token": "..."} as application/json, of 4096 bytes at most',
  )
  // A form of another site can send text/plain, but not this type without being asked first.
  if (!/^application\/json\b/i.test(request.headers.get('content-type') ?? '')) throw refused
  if (!(Number(request.headers.get('content-length') ?? Number.NaN) <= bodySizeMaxBytes)) throw refused
  const read = body.safeParse(await request.json().catch(() => undefined))
  if (!read.success) throw refused
  return read.data.token
}

type Attempts = { waitMs(address: string): number; count(address: string): void }

function openAttempts(nowUnixMs: () => number): Attempts {
  const wrong = new Map<string, { count: number; untilMs: number }>()
  return {
    waitMs(address) {
      const found = wrong.get(address)
      if (found === undefined || found.untilMs <= nowUnixMs()) return 0
      return found.count >= attemptsMax ? found.untilMs - nowUnixMs() : 0
    },
    count(address) {
      const found = wrong.get(address)
      const isOld = found === undefined || found.untilMs <= nowUnixMs()
      wrong.delete(address)
      wrong.set(
        address,
        isOld ? { count: 1, untilMs: nowUnixMs() + attemptsWindowMs } : { ...found, count: found.count + 1 },
      )
      const oldest = wrong.keys().next().value
      if (wrong.size > addressesMax && oldest !== undefined) wrong.delete(oldest)
    },
  }
}
