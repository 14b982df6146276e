import type { ApiError, RuleProblem, TailEvent } from '../api.ts'
import { printRawSearch } from './query-string.ts'

/** A question to the server: plain data, `path` from its root. `answer` is never there; it carries the answer's type. */
export type Question<Answer> = { path: string; search: string; answer?: Answer }

/** One of `/api/v1`. Parameters that are undefined or '' are not sent; arrays are repeated. */
export function question<Answer>(path: string, search: Record<string, unknown>): Question<Answer> {
  return { path: `/api/v1/${path}`, search: printRawSearch(search) }
}

/** Prometheus' own shape of an answer: what was asked for, and sentences about it. */
export type PrometheusAnswer<Data> = { data: Data; warnings?: string[]; infos?: string[] }

/** One of `/prometheus/api/v1`. */
export function prometheusQuestion<Data>(
  path: string,
  search: Record<string, unknown>,
): Question<PrometheusAnswer<Data>> {
  return { path: `/prometheus/api/v1/${path}`, search: printRawSearch(search) }
}

/** Why there is no answer. `status` 0: the server was not reached. `position` is an offset in the query text. */
export class Failure extends Error {
  readonly code: string
  readonly status: number
  readonly position: number | undefined
  /** Of a rule that was refused: what is wrong with each of its words. */
  readonly problems: readonly RuleProblem[] | undefined

  constructor(code: string, status: number, message: string, position?: number, problems?: readonly RuleProblem[]) {
    super(message)
    this.name = 'Failure'
    this.code = code
    this.status = status
    this.position = position
    this.problems = problems
  }
}

export type Ask = {
  /** Trades the token for a session cookie; says why where it is refused. */
  signIn: (token: string) => Promise<Failure | undefined>
  /** Asks the server to do something; says why it did not. */
  send: (method: 'POST' | 'DELETE', path: string, body?: object) => Promise<Failure | undefined>
  json: <Answer>(question: Question<Answer>, signal: AbortSignal) => Promise<Answer>
  /** Asks for a change at a path below `/api/v1`, or for what only a body can say. */
  change: <Answer>(
    method: 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: object,
    signal?: AbortSignal,
  ) => Promise<Answer>
  /** Server-sent events, one call each, until the server ends them. Events of names not known here are passed over. */
  events: (question: Question<TailEvent>, signal: AbortSignal, on: (event: TailEvent) => void) => Promise<void>
}

/** Longest event a stream may carry; more means it is not one of ours. */
const eventMaxCharacters = 16 * 1024 * 1024

/** Who asks is known by the session cookie, which `signIn` makes the server set. */
export function openAsk(fetchFrom: typeof fetch): Ask {
  const get = async (asked: Question<unknown>, accept: string, signal: AbortSignal) => {
    const response = await fetchFrom(asked.path + asked.search, {
      headers: { accept },
      signal,
    }).catch((error: unknown) => {
      if (signal.aborted) throw error
      throw unreachable()
    })
    if (!response.ok) throw await readFailure(response)
    return response
  }
  return {
    signIn: async (token) => {
      const response = await fetchFrom('/api/v1/session', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token }),
      }).catch(() => undefined)
      if (response?.ok) return undefined
      return response === undefined ? unreachable() : readFailure(response)
    },
    send: async (method, path, body) => {
      const response = await fetchFrom(path, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }).catch(() => undefined)
      if (response?.ok) return undefined
      return response === undefined ? unreachable() : readFailure(response)
    },
    json: async (asked, signal) => {
      const response = await get(asked, 'application/json', signal)
      try {
        return JSON.parse(await response.text())
      } catch (error) {
        if (signal.aborted) throw error
        throw new Failure('unreadable', response.status, 'Cannot read the answer: it is not JSON or was cut off')
      }
    },
    change: async (method, path, body, signal) => {
      const response = await fetchFrom(`/api/v1/${path}`, {
        method,
        headers: { accept: 'application/json', 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(signal !== undefined && { signal }),
      }).catch((error: unknown) => {
        if (signal?.aborted) throw error
        throw unreachable()
      })
      if (!response.ok) throw await readFailure(response)
      return JSON.parse(await response.text())
    },
    events: async (asked, signal, on) => {
      const response = await get(asked, 'text/event-stream', signal)
      if (response.body === null) return
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
      let rest = ''
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        rest = takeEvents(rest + part.value, on)
        if (rest.length > eventMaxCharacters)
          throw new Failure('unreadable', 200, 'Cannot read the stream: an event is too long')
      }
    },
  }
}

/** Calls `on` for every complete event of the text and returns what is left of it. */
export function takeEvents(text: string, on: (event: TailEvent) => void): string {
  const events = text.replaceAll('\r\n', '\n').split('\n\n')
  const rest = events.pop() ?? ''
  for (const event of events) {
    let name = ''
    const data: string[] = []
    for (const line of event.split('\n')) {
      if (line.startsWith('event:')) name = line.slice(6).trim()
      else if (line.startsWith('data:')) data.push(line.slice(5).trimStart())
    }
    if (name === 'records' || name === 'lost') on({ event: name, data: JSON.parse(data.join('\n')) })
  }
  return rest
}

function unreachable(): Failure {
  return new Failure('unreachable', 0, 'Cannot reach the Wakeline server: no answer from its address')
}

async function readFailure(response: Response): Promise<Failure> {
  const body: unknown = await response.json().catch(() => undefined)
  if (isApiError(body)) {
    return new Failure(body.error.code, response.status, body.error.message, body.error.position)
  }
  // Alertmanager's API says it as a text.
  if (typeof body === 'string') return new Failure('refused', response.status, body)
  if (isProblems(body)) {
    const sentences = body.problems.map(({ message }) => message).join(' ')
    return new Failure(
      'invalid_request',
      response.status,
      `Cannot take this rule: ${sentences}`,
      undefined,
      body.problems,
    )
  }
  if (isPrometheusError(body)) {
    const sentence = body.error.replace(/^invalid parameter "query": /, 'Cannot read this query: ')
    return new Failure(body.errorType, response.status, sentence)
  }
  // A proxy in between answers for a server that is away with a page of its own.
  if (response.status >= 502 && response.status <= 504) {
    return new Failure('unreachable', 0, 'Cannot reach the Wakeline server: something in between answered for it')
  }
  return new Failure('unknown', response.status, `Cannot get an answer: the server said ${response.status}`)
}

function isApiError(body: unknown): body is ApiError {
  if (typeof body !== 'object' || body === null || !('error' in body)) return false
  const { error } = body
  return typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string'
}

function isProblems(body: unknown): body is { problems: RuleProblem[] } {
  return typeof body === 'object' && body !== null && 'problems' in body && Array.isArray(body.problems)
}

function isPrometheusError(body: unknown): body is { errorType: string; error: string } {
  if (typeof body !== 'object' || body === null || !('errorType' in body) || !('error' in body)) return false
  return typeof body.errorType === 'string' && typeof body.error === 'string'
}
