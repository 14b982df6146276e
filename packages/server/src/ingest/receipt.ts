import type { BatchAccount } from '@wakeline/protocol'
import type { Decoded } from './decode/decode.ts'
import type { OpenBlocks } from './decode/open-blocks.ts'

/** Writes down what a batch said of itself and what became of it, in the blocks that its records are in. */
export function appendReceipt(
  blocks: OpenBlocks,
  { instance, first, records, dropped }: BatchAccount,
  { signal, decoded, nowUnixMs }: { signal: string; decoded: Decoded; nowUnixMs: number },
): void {
  const { columns } = blocks.receipts
  const { shed = 0 } = decoded
  const text = (value: string): [view: DataView, at: number, length: number] => {
    const bytes = Buffer.from(value)
    return [new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length]
  }
  const counts = Object.entries(dropped).map(([why, count]) => `${why}=${count}`)
  appendCount(columns.ts, nowUnixMs)
  columns.instance.append(...text(instance))
  columns.signal.append(...text(signal))
  appendCount(columns.first, first)
  appendCount(columns.records, records)
  appendCount(columns.stored, decoded.accepted)
  appendCount(columns.rejected, decoded.rejected - shed)
  appendCount(columns.shed, shed)
  columns.dropped.append(...text(counts.join(',')))
}

/** Counts and milliseconds are below 2^53. */
function appendCount(column: { append(low: number, high: number): void }, value: number): void {
  column.append((value % 2 ** 32) | 0, Math.floor(value / 2 ** 32))
}
