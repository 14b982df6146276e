import type { InstanceReceipts, ReceiptCounts } from '@wakeline/protocol'
import type { BaselineRow, ReceiptRow } from '../plan/receipts.ts'

type Standing = { highest: number; dropped: Readonly<Record<string, number>> }

/**
 * Senders count since they began; what a minute added is the difference to where the count stood before it. Without
 * a standing from before the range, numbers below its first batch are not of the range.
 */
export function receiptsByInstance(
  rows: readonly ReceiptRow[],
  baselines: readonly BaselineRow[],
  services: ReadonlyMap<string, string>,
): InstanceReceipts[] {
  const before = new Map(baselines.map((row) => [keyOf(row), standingOf(row)]))
  const instances = new Map<string, { receipts: InstanceReceipts; standing: Standing; begin: number; came: number }>()
  for (const row of rows) {
    const known = instances.get(keyOf(row)) ?? begin(row, before.get(keyOf(row)))
    instances.set(keyOf(row), known)
    addMinute(known, row)
  }
  return [...instances.values()].map(({ receipts, standing, begin, came }) => ({
    ...receipts,
    service: services.get(receipts.instance) ?? '',
    missing: Math.max(0, standing.highest - begin - came - numberedDrops(receipts.dropped)),
  }))
}

function begin(row: ReceiptRow, baseline: Standing | undefined) {
  const { instance, signal, minute } = row
  const standing = baseline ?? { highest: Number(row.lowest) - 1, dropped: {} }
  const receipts: InstanceReceipts = {
    instance,
    service: '',
    signal,
    firstSeenMs: minute * 1000,
    lastSeenMs: minute * 1000,
    ...noCounts(),
    missing: 0,
    minutes: [],
  }
  return { receipts, standing, begin: standing.highest, came: 0 }
}

type Known = ReturnType<typeof begin>

function addMinute(known: Known, row: ReceiptRow): void {
  const { receipts, standing } = known
  const next = standingOf(row)
  const dropped: Record<string, number> = {}
  for (const [why, count] of Object.entries(next.dropped)) {
    const more = count - (standing.dropped[why] ?? 0)
    if (more > 0) dropped[why] = more
  }
  const highest = Math.max(standing.highest, next.highest)
  const counts: ReceiptCounts = {
    // What found the buffer full was never given a number.
    produced: highest - standing.highest + (dropped['full'] ?? 0),
    stored: Number(row.stored),
    rejected: Number(row.rejected),
    shed: Number(row.shed),
    dropped,
  }
  known.standing = { highest, dropped: { ...standing.dropped, ...next.dropped } }
  known.came += Number(row.records)
  receipts.minutes.push({ timeMs: row.minute * 1000, ...counts })
  receipts.lastSeenMs = row.minute * 1000
  for (const name of ['produced', 'stored', 'rejected', 'shed'] as const) receipts[name] += counts[name]
  for (const [why, more] of Object.entries(dropped)) receipts.dropped[why] = (receipts.dropped[why] ?? 0) + more
}

const noCounts = (): ReceiptCounts => ({ produced: 0, stored: 0, rejected: 0, shed: 0, dropped: {} })

/** Those that had a number and then did not come. */
const numberedDrops = ({ refused = 0, replaced = 0 }: Readonly<Record<string, number>>): number => refused + replaced

const keyOf = ({ instance, signal }: { instance: string; signal: string }): string => `${signal} ${instance}`

function standingOf({ highest, dropped }: { highest: string; dropped: string }): Standing {
  const pairs = dropped === '' ? [] : dropped.split(',').map((pair) => pair.split('='))
  return { highest: Number(highest), dropped: Object.fromEntries(pairs.map(([why, count]) => [why, Number(count)])) }
}
