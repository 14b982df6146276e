import { type Sql, sql, trusted, uint } from '../sql.ts'
import { instant } from '../time-range.ts'
import { logColumns } from './logs.ts'

/** A line's stream: what one process wrote. `unixNano` is the line's time. */
export type LogContextPlan = { service: string; resourceId: string; unixNano: bigint }

/** The lines next to a time, nearest first, as far as `withinNano` away. Those of that very time are with the later ones. */
export function logContextSql(
  { service, resourceId, unixNano }: LogContextPlan,
  { side, withinNano, rows }: { side: 'before' | 'after'; withinNano: bigint; rows: number },
): Sql {
  const [from, to] = side === 'before' ? [unixNano - withinNano, unixNano] : [unixNano, unixNano + withinNano]
  return sql`SELECT ${logColumns}
FROM logs
WHERE service = ${service} AND resource_id = ${{ type: 'UInt64', value: resourceId } as const} AND ts >= ${instant(from < 0n ? 0n : from)} AND ts < ${instant(to)}
ORDER BY logs.ts ${trusted(side === 'before' ? 'DESC' : 'ASC')}
LIMIT ${uint(rows)}`
}
