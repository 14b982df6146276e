/** Asks the engine; answers the lines of TSV. */
type Ask = (sql: string) => Promise<readonly string[]>

const tablesSql = `SELECT name, data_paths[1] FROM system.tables
  WHERE database = currentDatabase() AND engine LIKE '%MergeTree' ORDER BY name`

const viewsSql = `SELECT sources.name, extract(views.create_table_query, '^CREATE MATERIALIZED VIEW \\\\S+ TO \\\\w+\\\\.(\\\\w+) ')
  FROM (SELECT name, arrayJoin(dependencies_table) AS view FROM system.tables WHERE database = currentDatabase()) AS sources
  JOIN (SELECT name, create_table_query FROM system.tables WHERE database = currentDatabase()) AS views ON views.name = sources.view`

/**
 * Folders of the tables that an insert into a table writes to, by its name: its own, and those that views carry rows on to.
 * Where a view does not say which that is, they are all.
 */
export async function readWrittenTables(ask: Ask): Promise<ReadonlyMap<string, readonly string[]>> {
  const paths = new Map((await ask(tablesSql)).map(pairOf))
  const views = (await ask(viewsSql)).map(pairOf)
  const writtenBy = (table: string): string[] => [
    table,
    ...views.flatMap(([source, target]) => (source === table ? writtenBy(target) : [])),
  ]
  const pathsOf = (table: string): string[] => {
    const found = [...new Set(writtenBy(table))].map((name) => paths.get(name))
    return found.includes(undefined) ? [...paths.values()] : found.filter((path) => path !== undefined)
  }
  return new Map([...paths.keys()].map((table) => [table, pathsOf(table)]))
}

function pairOf(line: string): [string, string] {
  const [one = '', other = ''] = line.split('\t')
  return [one, other]
}
