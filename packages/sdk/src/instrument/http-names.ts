import { looksSecret, redacted } from '../encode/keys.ts'

/** Methods a request may really have; anything else is `_OTHER`, so that a scanner cannot make up series. */
const methods = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'CONNECT', 'TRACE', 'QUERY'])

export function knownMethod(method: string | undefined): string {
  return method !== undefined && methods.has(method) ? method : otherMethod
}

export const otherMethod = '_OTHER'

/** The query as it may be shown: values of secret-looking names are replaced. */
export function shownQuery(query: string): string {
  return query
    .split('&')
    .map((part) => {
      const at = part.indexOf('=')
      return at > 0 && looksSecret(part.slice(0, at)) ? `${part.slice(0, at)}=${redacted}` : part
    })
    .join('&')
}

/** A URL as it may be shown: no user, no password, no secrets in the query. */
export function shownUrl(origin: string, path: string): string {
  const at = path.indexOf('?')
  const base = origin.replace(/\/\/[^/@]*@/, '//')
  return at < 0 ? base + path : `${base}${path.slice(0, at)}?${shownQuery(path.slice(at + 1))}`
}

export interface Host {
  readonly address: string | undefined
  readonly port: number | undefined
}

const hostsRemembered = 64

/** Splits Host headers; a service sees the same few again and again. */
export class Hosts {
  private readonly known = new Map<string, Host>()
  /** Compared first: the text comes anew with each request, and to hash it costs more than to compare it. */
  private lastHeader: string | undefined = undefined
  private last = splitHost(undefined)

  of(header: string | undefined): Host {
    if (header === this.lastHeader) return this.last
    const found = this.known.get(header ?? '') ?? splitHost(header)
    if (this.known.size < hostsRemembered) this.known.set(header ?? '', found)
    this.lastHeader = header
    this.last = found
    return found
  }
}

/** `host:port` of a Host header; the port is left out when it is not said. */
function splitHost(host: string | undefined): Host {
  const found = host === undefined ? null : /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(host)
  if (found === null) return { address: undefined, port: undefined }
  return { address: found[1] || undefined, port: found[2] === undefined ? undefined : Number(found[2]) }
}

const idLike = /^(\d+|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,}|[0-9A-HJKMNP-TV-Z]{26})$/i

interface Routed {
  readonly route?: unknown
  readonly baseUrl?: unknown
  readonly params?: unknown
}

/**
 * The template of the route a framework has chosen: Express puts `route` and `baseUrl` on the request. A router mounted
 * under a parameter leaves the actual value in `baseUrl`: what is a parameter, or looks like an id, is put back.
 */
export function routeOf(request: object & Routed): string | undefined {
  const { route } = request
  if (typeof route !== 'object' || route === null) return undefined
  const path: unknown = Reflect.get(route, 'path')
  if (typeof path !== 'string') return undefined
  const base = request.baseUrl
  if (typeof base !== 'string' || base === '') return path
  const { params } = request
  const template = base
    .split('/')
    .map((part) => parameterName(part, params) ?? (idLike.test(part) ? ':id' : part))
    .join('/')
  return path === '/' ? template : template + path
}

function parameterName(part: string, params: unknown): string | undefined {
  if (part === '' || typeof params !== 'object' || params === null) return undefined
  const found = Object.entries(params).find(([, value]) => value === part)
  return found === undefined ? undefined : `:${found[0]}`
}
