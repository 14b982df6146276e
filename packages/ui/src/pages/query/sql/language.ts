import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete'
import { SQLDialect, sql } from '@codemirror/lang-sql'
import type { Extension } from '@codemirror/state'
import { type Ask, askKeys, askSql } from '@wakeline/protocol'
import { sqlTables, tablesIn } from './tables.ts'

/** The engine's SQL as far as a SELECT goes. */
const dialect = SQLDialect.define({
  keywords:
    'all and any array as asc asof between by case cast cross desc distinct else end except exists false fill final format from full global group grouping having in inner intersect interval is join left like ilike limit not null nulls offset on or order outer over partition prewhere qualify right rollup sample select semi settings sets then ties to totals true union using when where window with',
  backslashEscapes: true,
  hashComments: true,
  identifierQuotes: '`"',
})

/** Functions that questions about telemetry begin with; every other one can be typed. */
const functions =
  'any argMax argMin arrayJoin avg avgIf bitAnd concat count countIf dateDiff extract formatReadableQuantity formatReadableSize groupArray groupUniqArray has hex if lagInFrame length like lower mapContains mapKeys mapValues match max min multiIf now now64 positionCaseInsensitive quantile quantileIf quantiles replaceRegexpOne round splitByChar startsWith substring sum sumIf toDate toFloat64 toHour toInt64OrNull toIntervalMinute toStartOfDay toStartOfFiveMinutes toStartOfHour toStartOfInterval toStartOfMinute toString toUnixTimestamp topK unhex uniq uniqExact upper'
    .split(' ')
    .map((label): Completion => ({ label, type: 'function', detail: 'function', boost: -2 }))
const tableNames = sqlTables.map(
  ({ name, says }): Completion => ({ label: name, type: 'type', detail: 'table', info: says }),
)

const dayMs = 86_400_000

/** SQL with the names of our tables, of the columns of those in the text, and of attributes inside `attributes['`. */
export function sqlLanguage(ask: Ask): { extension: Extension; close: () => void } {
  const leaving = new AbortController()
  const known = new Map<string, Promise<Completion[]>>()
  const columnsOf = (table: string): Promise<Completion[]> => {
    const before = known.get(table)
    if (before !== undefined) return before
    const asked = ask.json(askSql(`SELECT * FROM ${table} LIMIT 0`), leaving.signal).then(
      ({ columns }) => columns.flatMap(completionsOf),
      () => {
        // Completion is a help and no more: it is asked for again at the next letter.
        known.delete(table)
        return []
      },
    )
    known.set(table, asked)
    return asked
  }
  const complete = async (context: CompletionContext): Promise<CompletionResult | null> => {
    const text = context.state.doc.toString()
    const tables = tablesIn(text)
    const key = context.matchBefore(/attributes\['[^'\]]*/)
    if (key !== null) {
      const from = key.from + "attributes['".length
      const signal = tables.includes('logs') && !tables.includes('spans') ? 'logs' : 'spans'
      return { from, options: await attributeKeys(ask, signal, leaving.signal), validFor: /^[^'\]]*$/ }
    }
    const word = context.matchBefore(/\w+/)
    if (word === null && !context.explicit) return null
    const columns = await Promise.all(tables.map(columnsOf))
    const own = [...new Map(columns.flat().map((column) => [column.label, column])).values()]
    return { from: word?.from ?? context.pos, options: [...own, ...tableNames, ...functions], validFor: /^\w*$/ }
  }
  const support = sql({ dialect, upperCaseKeywords: true })
  return {
    extension: [support, support.language.data.of({ autocomplete: complete })],
    close: () => leaving.abort(),
  }
}

/** Ids are stored as bytes: compared as they are, and readable through `hex`. */
function completionsOf({ name, type }: { name: string; type: string }): Completion[] {
  const column: Completion = { label: name, type: 'property', detail: type }
  return type.startsWith('FixedString')
    ? [column, { label: `hex(${name})`, type: 'property', detail: 'text' }]
    : [column]
}

async function attributeKeys(ask: Ask, signal: 'logs' | 'spans', leaving: AbortSignal): Promise<Completion[]> {
  const toMs = Date.now()
  const found = await ask
    .json(askKeys({ signal, prefix: '', fromMs: toMs - dayMs, toMs }), leaving)
    .catch(() => ({ items: [] }))
  return found.items
    .filter(({ text }) => !text.startsWith('resource.'))
    .map(({ text }) => ({ label: text, type: 'property' }))
}
