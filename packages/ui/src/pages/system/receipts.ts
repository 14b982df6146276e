import type { InstanceReceipts } from '@wakeline/protocol'
import type { ChartSeries } from '../../chart/time-chart.tsx'
import { printCount } from '../../parts/units.ts'

/** One row: an instance and what became of its records of one signal, in the time that was asked for. */
export type Receipt = InstanceReceipts & {
  key: string
  /** Records that are in no table and never will be. */
  lost: number
  /** Where and why, in words, the largest first. */
  why: string
}

/** A newer state of a metric makes an older one needless: nothing is lost then. */
const lossless = 'replaced'

const words: Readonly<Record<string, string>> = {
  full: 'buffer of the sender full',
  refused: 'refused when sent',
}

/** Those that lost something first, then those heard of last. */
export function receiptsOf(instances: readonly InstanceReceipts[]): Receipt[] {
  return instances
    .map((one) => {
      const reasons = [
        ...Object.entries(one.dropped)
          .filter(([reason]) => reason !== lossless)
          .map(([reason, records]) => ({ says: words[reason] ?? reason, records })),
        { says: 'rejected here', records: one.rejected },
        { says: 'no room here', records: one.shed },
        { says: 'missing on the way', records: one.missing },
      ].filter(({ records }) => records > 0)
      return {
        ...one,
        key: `${one.instance} ${one.signal}`,
        lost: reasons.reduce((sum, { records }) => sum + records, 0),
        why: reasons
          .sort((a, b) => b.records - a.records)
          .map(({ says, records }) => `${printCount(records)} ${says}`)
          .join(', '),
      }
    })
    .sort((a, b) => Number(b.lost > 0) - Number(a.lost > 0) || b.lastSeenMs - a.lastSeenMs)
}

/** Records by minute of arrival: stored at the bottom, what was dropped or refused above. */
export function minutesOf({ minutes }: InstanceReceipts): { times: number[]; series: ChartSeries[] } {
  const lost = minutes.map(
    ({ dropped, rejected, shed }) =>
      rejected + shed + Object.entries(dropped).reduce((sum, [why, count]) => sum + (why === lossless ? 0 : count), 0),
  )
  return {
    times: minutes.map(({ timeMs }) => timeMs),
    series: [
      { name: 'stored', values: minutes.map(({ stored }) => stored), colour: 'var(--info)', shape: 'bar' },
      { name: 'dropped', values: lost, colour: 'var(--error)', shape: 'bar' },
    ],
  }
}
