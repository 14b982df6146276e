import { type Sql, sql, trusted } from '../sql.ts'

/** As text, which only the parser reads: more than one statement, or none, is an error with its place. */
export function syntaxSql(typed: string): Sql {
  return sql`SELECT formatQuery(${typed}) AS sql`
}

/** In parentheses only a SELECT can stand. `checked` is what `syntaxSql` gave: it cannot close them. */
export function treeSql(checked: string): Sql {
  return sql`EXPLAIN AST SELECT * FROM (
${trusted(checked)}
)`
}

export type TreeRow = { explain: string }
