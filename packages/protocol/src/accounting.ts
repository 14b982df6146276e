/**
 * How a sender numbers what it sends, in headers of an OTLP request that other backends ignore. Counted apart for each
 * signal of each instance, in records (spans, log records; data points for metrics), since the instance began:
 *
 *     wakeline-instance   which sender: a random id for each start of the SDK, its `service.instance.id`
 *     wakeline-batch-id   which batch: the same on each attempt, so that it is stored once
 *     wakeline-first      the number of the first record in this batch; the first of all is 1
 *     wakeline-records    how many records this batch has
 *     wakeline-dropped    what never made it into a batch or was given up, so far: `full=3,refused=10`
 *
 * A batch's records are first ... first + records - 1. A number that never comes was lost on the way, unless it is among
 * the `refused` or `replaced`. `full` ones have no number: produced = the highest number + full. Batches may come twice and, through a
 * load balancer, out of order; `wakeline-dropped` is as of the attempt, so the highest one counts.
 */
export const accountingHeaders = {
  instance: 'wakeline-instance',
  batchId: 'wakeline-batch-id',
  first: 'wakeline-first',
  records: 'wakeline-records',
  dropped: 'wakeline-dropped',
} as const

/**
 * Why a sender dropped: its buffer was full; the backend refused what was sent, whole or in part; a newer state of all
 * metrics said everything that one still unsent said (nothing is lost then).
 */
export const dropReasons = ['full', 'refused', 'replaced'] as const
export type DropReason = (typeof dropReasons)[number]

export interface BatchAccount {
  readonly instance: string
  /** Number of the first record. */
  readonly first: number
  readonly records: number
  /** Records so far, by reason. A reason this version does not know is there as well. */
  readonly dropped: Readonly<Record<string, number>>
}

const instanceShape = /^[\w.:-]{1,128}$/
const droppedShape = /^(?:[a-z_]{1,32}=\d{1,15}(?:,(?!$)|$)){1,16}$/

/** What a request says of itself; undefined when it says nothing or something else than this. */
export function readBatchAccount(header: (name: string) => string | undefined): BatchAccount | undefined {
  const instance = header(accountingHeaders.instance) ?? ''
  const first = countOf(header(accountingHeaders.first))
  const records = countOf(header(accountingHeaders.records))
  const text = header(accountingHeaders.dropped) ?? ''
  if (!instanceShape.test(instance) || first === undefined || first < 1 || records === undefined) return undefined
  if (text !== '' && !droppedShape.test(text)) return undefined
  const pairs = text === '' ? [] : text.split(',').map((pair) => pair.split('='))
  return { instance, first, records, dropped: Object.fromEntries(pairs.map(([why, count]) => [why, Number(count)])) }
}

function countOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}
