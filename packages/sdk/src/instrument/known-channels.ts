import type { ChannelView } from '../on-demand/channels.ts'
import { spanKind } from '../traces/span-kind.ts'

/** One call of a library, as a span. */
export interface ChannelCall {
  readonly name: string
  readonly kind: number
  readonly attributes: Record<string, unknown>
  /** With these its duration is measured too. */
  readonly labels: Record<string, unknown> | undefined
}

/** What mysql2, ioredis and node-redis say of a call; each says some of it. */
interface Published {
  readonly query?: unknown
  readonly values?: unknown
  readonly command?: unknown
  readonly args?: unknown
  readonly database?: unknown
  readonly serverAddress?: unknown
  readonly serverPort?: unknown
  readonly batchMode?: unknown
  readonly batchSize?: unknown
}

/** Libraries that publish a TracingChannel of their calls, by the name of the channel. */
export const knownChannels: Readonly<Record<string, ChannelView>> = {
  'mysql2:query': { library: 'mysql2', describe: mysqlCall },
  'mysql2:execute': { library: 'mysql2', describe: mysqlCall },
  'mysql2:connect': { library: 'mysql2', describe: (message) => connectCall('mysql', message) },
  'mysql2:pool:connect': { library: 'mysql2', describe: (message) => connectCall('mysql', message, 'pool ') },
  'ioredis:command': { library: 'ioredis', describe: redisCall },
  'ioredis:batch': { library: 'ioredis', describe: redisCall },
  'ioredis:connect': { library: 'ioredis', describe: (message) => connectCall('redis', message) },
  'node-redis:command': { library: 'node-redis', describe: redisCall },
  'node-redis:batch': { library: 'node-redis', describe: redisCall },
  'node-redis:connect': { library: 'node-redis', describe: (message) => connectCall('redis', message) },
}

function serverOf({ serverAddress, serverPort }: Published): Record<string, unknown> {
  return { 'server.address': serverAddress, 'server.port': serverPort }
}

function mysqlCall(message: Published): ChannelCall {
  const text = sqlText(message.query)
  const operation = /^\s*(\w+)/.exec(text)?.[1] ?? 'query'
  const table = /\b(?:from|into|update|table)\s+`?([\w.]+)/i.exec(text)?.[1]
  const labels = {
    'db.system.name': 'mysql',
    'db.namespace': message.database || undefined,
    'db.operation.name': operation.toUpperCase(),
    'db.collection.name': table,
    ...serverOf(message),
  }
  return {
    name: table === undefined ? labels['db.operation.name'] : `${labels['db.operation.name']} ${table}`,
    kind: spanKind.client,
    // With values apart the text has none; without, what looks like a value may be someone's.
    attributes: { ...labels, 'db.query.text': message.values === undefined ? withoutLiterals(text) : text },
    labels,
  }
}

function sqlText(query: unknown): string {
  const text = typeof query === 'object' && query !== null && 'sql' in query ? query.sql : query
  return typeof text === 'string' ? text.slice(0, sqlMaxLength) : ''
}

const sqlMaxLength = 8_192

function withoutLiterals(sql: string): string {
  return sql.replace(/'(?:[^'\\]|\\.|'')*'?|"(?:[^"\\]|\\.|"")*"?|\b\d+(?:\.\d+)?\b/g, '?')
}

/** The library has replaced what may be secret among the arguments by `?`. */
function redisCall(message: Published): ChannelCall {
  const command = typeof message.command === 'string' ? message.command.toUpperCase() : undefined
  const args = Array.isArray(message.args) ? message.args.map(String) : []
  // node-redis repeats the command as the first argument.
  if (args[0]?.toUpperCase() === command) args.shift()
  const operation = command ?? String(message.batchMode ?? 'BATCH')
  const labels = {
    'db.system.name': 'redis',
    'db.namespace': message.database === undefined ? undefined : String(message.database),
    'db.operation.name': operation,
    ...serverOf(message),
  }
  const size = Number(message.batchSize)
  return {
    name: operation,
    kind: spanKind.client,
    attributes: {
      ...labels,
      'db.query.text': command === undefined ? undefined : [command, ...args].join(' ').slice(0, sqlMaxLength),
      'db.operation.batch.size': command === undefined && size > 1 ? size : undefined,
    },
    labels,
  }
}

function connectCall(system: string, message: Published, prefix = ''): ChannelCall {
  const attributes = { 'db.system.name': system, ...serverOf(message) }
  return { name: `${system} ${prefix}connect`, kind: spanKind.client, attributes, labels: undefined }
}
