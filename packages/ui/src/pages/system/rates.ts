import type { StatusAnswer } from '@wakeline/protocol'
import { useEffect, useState } from 'react'

type Signal = 'spans' | 'logs' | 'points'

/** Records accepted per second between the last two states that were seen; undefined before there were two. */
export function useRates(status: StatusAnswer): Readonly<Record<Signal, number>> | undefined {
  const [seen, setSeen] = useState<{ before?: StatusAnswer; now: StatusAnswer }>({ now: status })
  useEffect(() => {
    setSeen((last) => (last.now.nowMs === status.nowMs ? last : { before: last.now, now: status }))
  }, [status])
  const { before, now } = seen
  return before === undefined ? undefined : ratesBetween(before, now)
}

/** A restart in between counts from nothing, and has no rate yet. */
function ratesBetween(before: StatusAnswer, now: StatusAnswer): Readonly<Record<Signal, number>> | undefined {
  const seconds = (now.nowMs - before.nowMs) / 1000
  if (before.startedMs !== now.startedMs || seconds <= 0) return undefined
  const rate = (signal: Signal) => (now.ingest[signal].accepted - before.ingest[signal].accepted) / seconds
  return { spans: rate('spans'), logs: rate('logs'), points: rate('points') }
}
