import type { SqlAnswer } from '@wakeline/protocol'
import { isRefused, type Refused } from '../base/refused.ts'
import { QueryError } from '../store/store.ts'
import { syntaxSql, type TreeRow, treeSql } from './plan/typed-sql.ts'
import type { Running } from './run.ts'

/**
 * SQL that someone typed. The engine runs it in a session of its own that can change nothing, and that is not enough: it
 * would still read any file of the machine for `file('/etc/passwd')`, write one for INTO OUTFILE, and stop other
 * people's queries. So what runs is one SELECT, as the engine's own parser understood it, over tables of telemetry.
 * Before it may stand EXPLAIN ESTIMATE: the answer is then which tables it would read, and how many rows.
 */
export async function askSql({ sql }: { sql: string }, running: Running): Promise<SqlAnswer | Refused> {
  try {
    const select = sql.replace(estimate, '')
    const checked = await checkedSelect(select, running)
    if (isRefused(checked)) return checked
    const text = select === sql ? checked.sql : `EXPLAIN ESTIMATE ${checked.sql}`
    const { columns, rows, cost } = await running.typed(text)
    return { columns, rows, cost: { ...cost, sql: [text] } }
  } catch (error) {
    if (!(error instanceof QueryError) || error.reason !== 'invalid') throw error
    // What the parser was called with is ours, and says the text once more.
    return refuse(
      error.message.replace(/^Cannot run the query: /, '').replace(/: In scope SELECT formatQuery\(.*$/s, ''),
    )
  }
}

const estimate = /^\s*EXPLAIN\s+ESTIMATE\s/i

/** The text as its parser prints it: without comments, formats, files to write to, or a second statement. */
async function checkedSelect(text: string, running: Running): Promise<{ sql: string } | Refused> {
  const [written] = await running.rows<{ sql: string }>(syntaxSql(text.replace(/[\s;]+$/, '')))
  const sql = written?.sql ?? ''
  if (!/^(?:SELECT|WITH|\()/.test(sql)) return refuse('only SELECT is answered here')
  if (/\{\s*\w+\s*:/.test(sql)) return refuse('there are no parameters to fill in; write their values')
  const tree = await running.rows<TreeRow>(treeSql(sql))
  return problemOf(tree.map(({ explain }) => explain)) ?? { sql }
}

const tables = new Set(
  ['spans', 'logs', 'resources', 'scopes', 'series', 'samples', 'histograms', 'summaries', 'exemplars'].concat([
    'span_red',
    'log_volume',
    'trace_bounds',
    'attribute_keys',
    'receipts',
    'service_edges',
  ]),
)
const tableFunctions = new Set(['numbers', 'zeros', 'generateSeries', 'generate_series', 'values', 'view', 'null'])
/** What looks outside of the tables: at files, other servers, this one's settings, or models. */
const outside =
  /^(file|ai_?(generate|classify|extract|translate|embed)|dict\w*|joinGet\w*|catboost\w*|evalML\w*|naiveBayes\w*|filesystem\w*|showCertificate|getClientHTTPHeader|addressTo\w*|demangle|get(Macro|Server\w*|Setting\w*|MergeTreeSetting|OSKernelVersion)|globalVariable|serverUUID|zookeeper\w*|region\w*|logTrace|currentUser|authenticatedUser|host[nN]ame|fqdn|displayName|tcpPort|connectionId)$/i

/**
 * The engine's syntax tree, a node a line, deeper ones further to the right. Nothing in it can hide a node: text that was
 * made to look like one only adds lines.
 */
function problemOf(tree: readonly string[]): Refused | undefined {
  let isTable = false
  for (const line of tree) {
    const [, kind = '', name = ''] = /^\s*(\w+)(?: (.*?))?(?: \(.*\))?$/.exec(line) ?? []
    if (kind === 'Function' && isTable && !tableFunctions.has(name)) return refuse(`${name}() is not open to questions`)
    if (kind === 'Function' && outside.test(name)) return refuse(`${name}() is not open to questions`)
    if ((kind === 'TableIdentifier' || kind === 'Identifier') && isForeign(kind, name)) {
      return refuse(`there is no table "${name}" to ask; there are ${[...tables].join(', ')}`)
    }
    if (kind === 'Set' || kind === 'SetQuery')
      return refuse('SETTINGS are not taken: the limits are those of the server')
    isTable = kind === 'TableExpression'
  }
  return undefined
}

/** A name without a database is one of ours, of a WITH, or unknown to the engine; of columns, only other databases matter. */
function isForeign(kind: string, name: string): boolean {
  if (/^(system|information_schema)\./i.test(name)) return true
  return kind === 'TableIdentifier' && (name.includes('.') || /^schema_migrations$|^\.inner/.test(name))
}

function refuse(why: string): Refused {
  return { refused: 'invalid_query', message: `Cannot run this SQL: ${why}` }
}
