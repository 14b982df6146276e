import { oncePerText } from './once-per-text.ts'
import type { ProblemSpan } from './problem.ts'
import { textOf } from './read-attributes.ts'
import { commandOf, nameWithoutValues, pathWithoutValues, statementWithoutValues } from './without-values.ts'

/** What a span asks of something outside of its process. */
export type Asked = { of: 'database' | 'http' | 'rpc' | 'messaging' | 'other'; subject: string }

const keyValueStores = /redis|memcached|valkey|keydb/i

/** Undefined for work of the process itself, and for what only opens a connection. */
export function askedBy(span: ProblemSpan): Asked | undefined {
  const { attributes, kind } = span
  if ('db.system.name' in attributes || 'db.system' in attributes) return askedOfDatabase(span)
  if (kind === 'server' || kind === 'consumer') return undefined
  if ('http.request.method' in attributes || 'http.method' in attributes)
    return { of: 'http', subject: httpSubject(span) }
  if ('rpc.system' in attributes || 'rpc.system.name' in attributes || 'rpc.method' in attributes) {
    const method = [textOf(attributes, 'rpc.service'), textOf(attributes, 'rpc.method')].filter(Boolean).join('/')
    return { of: 'rpc', subject: method || nameWithoutValues(span.name) }
  }
  if ('messaging.system' in attributes) {
    const what = textOf(attributes, 'messaging.operation.name', 'messaging.operation.type', 'messaging.operation')
    const where = textOf(
      attributes,
      'messaging.destination.template',
      'messaging.destination.name',
      'messaging.destination',
    )
    return { of: 'messaging', subject: [what || 'send', nameWithoutValues(where)].filter(Boolean).join(' ') }
  }
  return kind === 'client' ? { of: 'other', subject: nameWithoutValues(span.name) } : undefined
}

function askedOfDatabase({ name, attributes }: ProblemSpan): Asked | undefined {
  const system = textOf(attributes, 'db.system.name', 'db.system')
  const statement = textOf(attributes, 'db.query.text', 'db.statement')
  if (keyValueStores.test(system) && statement !== '') return { of: 'database', subject: commandOf(statement) }
  if (statement !== '') return { of: 'database', subject: statementWithoutValues(statement) }
  const operation = textOf(attributes, 'db.operation.name', 'db.operation')
  const target = textOf(attributes, 'db.collection.name', 'db.sql.table', 'db.mongodb.collection', 'db.cassandra.table')
  const summary = textOf(attributes, 'db.query.summary') || [operation, target].filter(Boolean).join(' ')
  if (summary !== '') return { of: 'database', subject: summary }
  return /connect|acquire/i.test(name) ? undefined : { of: 'database', subject: nameWithoutValues(name) }
}

const partsOfUrl = oncePerText((url) => {
  const [, host = '', target = ''] = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@?#]*@)?([^/?#]*)([^#]*)/i.exec(url) ?? []
  return { host, target }
})

function httpSubject({ attributes }: ProblemSpan): string {
  const method = textOf(attributes, 'http.request.method', 'http.method').toUpperCase()
  const url = textOf(attributes, 'url.full', 'http.url')
  const { host: urlHost, target: urlTarget } = partsOfUrl(url)
  const host = textOf(attributes, 'server.address', 'http.host', 'net.peer.name', 'net.sock.peer.addr') || urlHost
  const template = textOf(attributes, 'url.template', 'http.route')
  const target =
    urlTarget ||
    [textOf(attributes, 'url.path', 'http.target'), textOf(attributes, 'url.query')].filter(Boolean).join('?')
  const graphQl = textOf(attributes, 'graphql.operation.name')
  const asked = graphQl === '' ? '' : ` ${graphQl}`
  return `${method} ${host}${template || pathWithoutValues(target)}${asked}`
}
