import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Session } from 'chdb'
import { quote, renderParams } from '../../store/bind.ts'
import { Live } from '../../store/live.ts'
import { type AppendedBlock, QueryError, type Reader } from '../../store/store.ts'

/** The real engine in a directory of its own, with the schema, and a way to put rows in that only tests have. */
export type TestEngine = {
  reader: Reader
  run(sql: string): void
  publish(block: AppendedBlock): void
  close(): void
}

export function openTestEngine(): TestEngine {
  const directory = mkdtempSync(join(tmpdir(), 'wakeline-query-'))
  const session = new Session(directory)
  const live = new Live()
  const schema = readFileSync(new URL('../../store/migrations/0001-first.sql', import.meta.url), 'utf8')
  const statements = schema.replace(/^\s*--.*$/gm, '').split(/;\s*$/m)
  for (const statement of statements) if (statement.trim() !== '') session.query(statement)
  return {
    reader: {
      subscribe: (table, listen) => live.subscribe(table, listen),
      rows: <Row>(statement: { sql: string; params: Readonly<Record<string, unknown>> }) =>
        readRows<Row>(session, statement),
    },
    run: (sql) => {
      session.query(sql)
    },
    publish: (block) => live.publish(block),
    close: () => {
      session.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

async function readRows<Row>(
  session: Session,
  { sql, params }: { sql: string; params: Readonly<Record<string, unknown>> },
) {
  const settings = renderParams(sql, params)
  try {
    if (settings.length > 0) session.query(`SET ${settings.join(', ')}`)
    const result = await session.queryAsync(`${sql} SETTINGS output_format_json_quote_64bit_integers = 1`, {
      format: 'JSONEachRow',
    })
    const rows: Row[] = []
    for (const line of result.text().split('\n')) if (line !== '') rows.push(JSON.parse(line))
    return { rows, cost: { rowsRead: result.rowsRead, bytesRead: result.bytesRead, elapsedMs: result.elapsed * 1000 } }
  } catch (error) {
    throw new QueryError(
      `${error instanceof Error ? error.message : error}\n${sql}\n${quote(JSON.stringify(params))}`,
      'invalid',
    )
  }
}
