import { type TracePlaceRow, type TracePlaces, tenNano, tracePlacesSql } from './plan/trace-search.ts'
import type { Running } from './run.ts'

/** More would take longer to send and to sort than what they leave out. */
const tensMax = 2000

/** Where these traces lie, which their spans are then read by; undefined where no span of any is stored. */
export async function askPlaces(ids: readonly string[], running: Running): Promise<TracePlaces | undefined> {
  if (ids.length === 0) return undefined
  const rows = await running.rows<TracePlaceRow>(tracePlacesSql(ids))
  const between = rows.map(({ first, last }) => ({ first: BigInt(first), last: BigInt(last) }))
  const times = between.flatMap(({ first, last }) => [first, last]).sort((a, b) => (a < b ? -1 : 1))
  const [first, last] = [times[0], times.at(-1)]
  return first === undefined || last === undefined ? undefined : { ids, first, last, tens: tensOf(between) }
}

/** The tens of seconds that they touch, each once; none where they are too many to name. */
function tensOf(between: readonly { first: bigint; last: bigint }[]): string[] {
  const tens = new Set<bigint>()
  for (const { first, last } of between) {
    for (let ten = first / tenNano; ten <= last / tenNano; ten++) {
      tens.add(ten)
      if (tens.size > tensMax) return []
    }
  }
  return [...tens].map(String)
}
