import type { Options } from '../options.ts'
import { chooseExpired, type Expired, type RetentionPolicy } from '../store/retention.ts'
import type { Store } from '../store/store.ts'

export type RetentionParts = {
  store: Pick<Store, 'partitions' | 'drop'>
  /** Asked at each look, so that a changed option counts from then on. */
  policy: () => RetentionPolicy
  nowUnixMs: () => number
  report: (level: 'info' | 'warn', message: string, attributes?: Readonly<Record<string, unknown>>) => void
}

export type Retention = {
  /** Looks now, after what is being looked at. */
  look(): Promise<void>
  /** Rows and bytes dropped since the start. */
  dropped: () => { rows: number; bytes: number }
  stop(): Promise<void>
}

const lookEveryMs = 60_000
/** From the line in the log that names what will go, to its going: time to set a mistyped option back. */
export const noticeMs = 10 * 60_000

/** Drops what is past its time, a while after it has said so. */
export function startRetention(parts: RetentionParts): Retention {
  const { store, policy, nowUnixMs, report } = parts
  const announced = new Map<string, number>()
  const dropped = { rows: 0, bytes: 0 }
  let running = Promise.resolve()

  const isDue = (expired: Expired): boolean => nowUnixMs() - (announced.get(keyOf(expired)) ?? nowUnixMs()) >= noticeMs
  const dropDue = async (): Promise<void> => {
    const gone = await store.drop((stored) => chooseExpired(stored, policy(), nowUnixMs()).filter(isDue))
    for (const expired of gone) {
      announced.delete(keyOf(expired))
      dropped.rows += expired.rows
      dropped.bytes += expired.bytes
      report('info', `dropped ${sentenceOf(expired)}`)
    }
  }
  const lookOnce = async (): Promise<void> => {
    const expired = chooseExpired(await store.partitions(), policy(), nowUnixMs())
    const keys = new Set(expired.map(keyOf))
    for (const key of announced.keys()) if (!keys.has(key)) announced.delete(key)
    const fresh = expired.filter((one) => !announced.has(keyOf(one)))
    for (const one of fresh) announced.set(keyOf(one), nowUnixMs())
    if (fresh.length > 0) report('info', announcement(fresh), { partitions: fresh.length, rows: sum(fresh, 'rows') })
    if (expired.some(isDue)) await dropDue()
  }
  const look = (): Promise<void> => {
    running = running
      .then(lookOnce)
      .catch((error: unknown) => report('warn', `Cannot look for what is past its time: ${error}`))
    return running
  }
  const timer = setInterval(() => void look(), lookEveryMs)
  timer.unref()
  return {
    look,
    dropped: () => ({ ...dropped }),
    stop: async () => {
      clearInterval(timer)
      await running
    },
  }
}

export function retentionPolicy(options: Options): RetentionPolicy {
  return {
    spans: options.keepSpansMs,
    logs: options.keepLogsMs,
    metrics: options.keepMetricsMs,
    rollups: options.keepRollupsMs,
    budgetBytes: options.storeSizeMaxBytes,
  }
}

const keyOf = ({ kept, partition, why }: Expired): string => `${kept} ${partition} ${why}`
const sum = (all: readonly Expired[], name: 'rows' | 'bytes'): number =>
  all.reduce((total, expired) => total + expired[name], 0)

const reasons = { age: 'it is past its time', budget: 'the store is over its size' }

function sentenceOf(expired: Expired): string {
  const { kept, partition, rows, bytes, why } = expired
  return `${kept} of ${partition}: ${rows} rows, ${bytes} bytes; ${reasons[why]}`
}

/** Names the first few: a retention made much shorter can mean hundreds of days. */
function announcement(fresh: readonly Expired[]): string {
  const named = fresh.slice(0, 5).map(sentenceOf).join('. ')
  const more = fresh.length > 5 ? ` And ${fresh.length - 5} more.` : ''
  return `in ${noticeMs / 60_000} minutes this will be dropped (change keep-... or store-size-max and reload to keep it): ${named}.${more}`
}
