import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * Who may speak to this server. Three checks, of headers alone, for every door that listens:
 *
 *   host     the name the request was sent to: a name of ours, or a web page has pointed its own name at us
 *   origin   the page that sent it: one we served, or a page someone visits is reading or writing through their browser
 *   token    the secret, where there is one
 *
 * Pure functions: what is wrong comes back as a sentence, undefined means "let in".
 */
export type AccessRules = {
  /** Address the server was told to listen on. */
  host: string
  /** '' where none is needed: then only loopback addresses are listened on. */
  token: string
}

export type AccessHeaders = {
  host: string | undefined
  origin: string | undefined
  secFetchSite: string | undefined
  secFetchMode: string | undefined
  authorization: string | undefined
  cookie: string | undefined
}

export function accessHeaders(header: (name: string) => string | undefined): AccessHeaders {
  return {
    host: header('host'),
    origin: header('origin'),
    secFetchSite: header('sec-fetch-site'),
    secFetchMode: header('sec-fetch-mode'),
    authorization: header('authorization'),
    cookie: header('cookie'),
  }
}

/**
 * Against DNS rebinding. Listening on all addresses there is no telling which names are ours; there a token is
 * required, which a page under another name cannot have.
 */
export function checkHost({ host }: AccessHeaders, rules: AccessRules): string | undefined {
  const name = hostName(host)
  if (name === undefined) return 'Cannot answer this request: it has no valid Host header'
  if (isLoopbackName(name) || name === rules.host.toLowerCase()) return undefined
  if (isEveryAddress(rules.host) && rules.token !== '') return undefined
  return `Cannot answer this request: it was sent to the host "${name}", and this server answers to localhost and "${rules.host}" only`
}

/**
 * A browser says where a request comes from; other programs do not send these headers and are let through.
 * `navigation`: whether following a link from elsewhere may lead here (pages, not data).
 */
export function checkOrigin(headers: AccessHeaders, { navigation }: { navigation: boolean }): string | undefined {
  const { origin, host, secFetchSite: site, secFetchMode: mode } = headers
  if (origin !== undefined && originHost(origin) !== host?.toLowerCase()) return refusedOrigin
  if (site === undefined || site === 'same-origin' || site === 'none') return undefined
  return navigation && mode === 'navigate' && origin === undefined ? undefined : refusedOrigin
}

const refusedOrigin = 'Cannot answer this request: it comes from a web page of another origin'

export function checkToken({ authorization }: AccessHeaders, rules: AccessRules): string | undefined {
  if (rules.token === '') return undefined
  const given = givenToken(authorization ?? '')
  if (given === undefined) {
    return 'Cannot answer this request: this server needs a token; send it as "Authorization: Bearer <token>"'
  }
  return isSameSecret(given, rules.token) ? undefined : 'Cannot answer this request: the token is not the right one'
}

/** Of senders that know no bearer tokens, Loki's show it as their password and Elasticsearch's as their API key. */
function givenToken(authorization: string): string | undefined {
  const [, scheme = '', credentials = ''] = /^(Bearer|ApiKey|Basic) +(.+)$/i.exec(authorization) ?? []
  if (scheme.toLowerCase() !== 'basic') return credentials || undefined
  return /^[^:]*:(.+)$/s.exec(Buffer.from(credentials, 'base64').toString())?.[1]
}

/** Takes the same time whatever the two have in common, and however long they are. */
export function isSameSecret(given: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(right))
}

/** Addresses that only this machine can reach. */
export function isLoopbackName(name: string): boolean {
  return name === 'localhost' || name === '::1' || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name)
}

/** Of a connection; one of IPv4 on a socket of both is written in IPv6. */
export const isLoopbackAddress = (address: string): boolean => isLoopbackName(address.replace(/^::ffff:/, ''))

/** Whether a Host header names this machine as only this machine can. */
export const isLoopbackHost = (host: string | undefined): boolean => isLoopbackName(hostName(host) ?? '')

function isEveryAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::' || host === '[::]'
}

/** `localhost:9253` and `[::1]:9253` without the port. */
function hostName(host: string | undefined): string | undefined {
  const found = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$/.exec(host ?? '')?.[1]
  return found?.toLowerCase().replace(/^\[(.*)\]$/, '$1')
}

function originHost(origin: string): string | undefined {
  return /^https?:\/\/([^/]+)$/.exec(origin.toLowerCase())?.[1]
}

/**
 * The UI's cookie: when it ends, signed with a key of this process. It holds nothing of the token, works for this
 * process alone, and scripts cannot read it.
 */
export type Sessions = {
  issue(nowMs: number): string
  isValid(cookieHeader: string | undefined, nowMs: number): boolean
}

const cookieName = 'wakeline-session'
const sessionMs = 7 * 24 * 3600 * 1000

export function openSessions(key: Buffer = randomBytes(32)): Sessions {
  const sign = (endMs: string): string => createHmac('sha256', key).update(endMs).digest('hex')
  return {
    issue(nowMs) {
      const endMs = String(nowMs + sessionMs)
      return `${cookieName}=${endMs}.${sign(endMs)}; Path=/; Max-Age=${sessionMs / 1000}; HttpOnly; SameSite=Strict`
    },
    isValid(cookieHeader, nowMs) {
      const found = /(?:^|;\s*)wakeline-session=(\d{1,16})\.([0-9a-f]{64})(?:;|$)/.exec(cookieHeader ?? '')
      const [, endMs, signature] = found ?? []
      if (endMs === undefined || signature === undefined) return false
      return isSameSecret(signature, sign(endMs)) && Number(endMs) > nowMs
    },
  }
}
