import type { Context } from 'hono'
import { accessHeaders, isLoopbackAddress, isLoopbackHost } from '../base/access.ts'

/** The address each request came from; Hono's own requests do not know it. */
const addresses = new WeakMap<Request, string>()

export function noteAddress(request: Request, address: string | undefined): void {
  if (address !== undefined) addresses.set(request, address)
}

/** '' of a request that came over no connection. */
export const addressOf = (request: Request): string => addresses.get(request) ?? ''

/** Who asks, as far as it is known: there are no users here. */
export function askerOf(context: Context): string {
  const address = addressOf(context.req.raw)
  const program =
    context.req.header('sec-fetch-site') === 'same-origin'
      ? 'the page'
      : (context.req.header('user-agent') ?? 'a program')
  return `${program.slice(0, 100)} at ${address || 'an unknown address'}`
}

/**
 * Whether a program on this machine asks, with nothing in between as far as can be told: a browser may be at the other
 * end of a tunnel, and a proxy serves others. Packing an answer for it costs both sides more than the bytes do.
 */
export function isLocalProgram(context: Context): boolean {
  const header = (name: string): string | undefined => context.req.header(name)
  const { host, origin, secFetchSite } = accessHeaders(header)
  if (!isLoopbackAddress(addressOf(context.req.raw)) || !isLoopbackHost(host)) return false
  return [origin, secFetchSite, ...proxied.map(header)].every((value) => value === undefined)
}

const proxied = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via']
