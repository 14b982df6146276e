import { printDuration } from '../time/format.ts'

/** Below this a range of the last minutes is as good as right. */
const noticedMs = 30_000

/** What is wrong with the time of this computer, which ranges such as "the last 15 minutes" go by; undefined where it is right. */
export function clockAhead(aheadMs: number): { short: string; says: string } | undefined {
  const byMs = Math.abs(aheadMs)
  if (byMs < noticedMs) return undefined
  const by = printDuration(Math.round(byMs / 1000) * 1e9)
  return {
    short: `clock ${aheadMs > 0 ? '+' : '−'}${by.split(' ')[0]}`,
    says: `This computer's clock is ${by} ${aheadMs > 0 ? 'ahead of' : 'behind'} the server's: ranges such as the last 15 minutes are off by as much.`,
  }
}
