import type { LogRecord, ResourceRecord, ScopeRecord, TailEvent } from '@wakeline/protocol'
import { type KeyedRecord, keyedRecords } from './keyed-records.ts'

/** What a viewer of the live tail has in hand: the newest records first, and what is known of their origins. */
export type TailFeed = {
  records: KeyedRecord[]
  resources: Record<string, ResourceRecord>
  scopes: Record<string, ScopeRecord>
  /** Records that came since it began, those no longer in hand included. */
  received: number
  /** Records the server did not send because they came too fast. */
  lost: number
}

export const emptyFeed: TailFeed = { records: [], resources: {}, scopes: {}, received: 0, lost: 0 }

/** Records kept in hand; older ones are still found by a search. */
export const feedMax = 2_000

/** The feed with some events added, in the order they came. */
export function fed(feed: TailFeed, events: readonly TailEvent[]): TailFeed {
  const came: LogRecord[] = []
  let { resources, scopes, lost } = feed
  for (const { event, data } of events) {
    if (event === 'lost') lost += data.records
    else {
      came.push(...data.records)
      resources = { ...resources, ...data.resources }
      scopes = { ...scopes, ...data.scopes }
    }
  }
  if (came.length === 0) return { ...feed, lost }
  const newest = keyedRecords(came, new Set(feed.records.map(({ key }) => key))).reverse()
  // Services send in batches of their own, so what comes together is not in the order of its times.
  const records = [...newest, ...feed.records].sort(byTime).slice(0, feedMax)
  return {
    records,
    resources,
    scopes,
    received: feed.received + came.length,
    lost,
  }
}

/** Newest first. Nanoseconds in decimal have 19 digits from 2001 on; before that the shorter text is the earlier. */
function byTime(a: KeyedRecord, b: KeyedRecord): number {
  const [one, other] = [a.timeUnixNano, b.timeUnixNano]
  if (one.length !== other.length) return other.length - one.length
  return one < other ? 1 : one > other ? -1 : 0
}
