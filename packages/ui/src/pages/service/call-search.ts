import type { ServiceEdge } from '@wakeline/protocol'
import { searchTerm } from '../../parts/attribute-text.ts'

/** Where a call's other side sends no spans, the attribute of the caller's span that names it. */
const namedBy: Readonly<Record<ServiceEdge['kind'], string>> = {
  service: 'peer.service',
  database: 'db.system.name',
  queue: 'messaging.system',
  host: 'server.address',
}

/** The search for traces in which one calls the other, `answered` by a span of the other's own or not. */
export function callSearch({ caller, callee, kind }: ServiceEdge, more = ''): string {
  const failed = more === '' ? '' : ` ${more}`
  const outside = `{${searchTerm('service', caller)} ${searchTerm(namedBy[kind], callee)}${failed}}`
  if (kind !== 'service') return outside
  return `{${searchTerm('service', caller)}} > {${searchTerm('service', callee)}${failed}} OR ${outside}`
}

/** Who calls a service and what it calls, the busiest first, as the API has them. */
export function callsOf(
  service: string,
  edges: readonly ServiceEdge[],
): { callers: ServiceEdge[]; callees: ServiceEdge[] } {
  return {
    callers: edges.filter(({ callee, kind }) => callee === service && kind === 'service'),
    callees: edges.filter(({ caller }) => caller === service),
  }
}
