import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react'
import { useRawSearch, useSetRawSearch } from '../parts/use-page-search.ts'
import { between, parseRange, printRange, resolveRange, type TimeRange } from './range.ts'
import { parseRefresh, printRefresh } from './refresh.ts'

export type Time = {
  range: TimeRange
  /** The range in Unix milliseconds. Steady between refreshes, so it can be part of a query's key. */
  fromMs: number
  toMs: number
  /** The moment of the last refresh: what "now" means on the page. */
  nowMs: number
  refreshSeconds: number
  /** Changes the URL, with a step in the browser's history. */
  setRange: (range: TimeRange) => void
  /** Looks at exactly this piece of time: what dragging over a chart does. */
  select: (fromMs: number, toMs: number) => void
  setRefreshSeconds: (seconds: number) => void
  /** Moves "now" to now, which asks everything on the page again. */
  refresh: () => void
}

const TimeContext = createContext<Time | undefined>(undefined)

/** "Now" is moved on when a page is entered after this long, so that going back and forth shows what was seen before. */
const nowKeptMs = 30_000

/** The time range of the URL for every page below; `refreshSeconds` is what the page wants where the URL says nothing. */
export function TimeProvider(props: { refreshSeconds: number; pageKey: string; children: ReactNode }) {
  const setRaw = useSetRawSearch()
  const { last, from, to, refresh: refreshText } = useRawSearch()
  const [nowMs, setNowMs] = useState(() => Date.now())
  const refresh = useCallback(() => setNowMs(Date.now()), [])
  const range = useMemo(() => parseRange({ last, from, to }), [last, from, to])
  const refreshSeconds = parseRefresh({ refresh: refreshText }, props.refreshSeconds)
  const seen = useRef({ range, pageKey: props.pageKey })

  useEffect(() => {
    const moved = seen.current.range !== range
    const entered = seen.current.pageKey !== props.pageKey
    seen.current = { range, pageKey: props.pageKey }
    if (moved) refresh()
    else if (entered) setNowMs((before) => (Date.now() - before > nowKeptMs ? Date.now() : before))
  }, [range, props.pageKey, refresh])

  useEffect(() => {
    if (range.kind !== 'last' || refreshSeconds === 0) return
    // A hidden page asks nothing; it catches up when it is looked at again.
    const tick = () => document.visibilityState === 'visible' && refresh()
    const timer = setInterval(tick, refreshSeconds * 1000)
    document.addEventListener('visibilitychange', tick)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', tick)
    }
  }, [range, refreshSeconds, refresh])

  const time = useMemo<Time>(
    () => ({
      range,
      ...resolveRange(range, nowMs),
      nowMs,
      refreshSeconds,
      setRange: (next) => setRaw(() => printRange(next), 'push'),
      select: (fromMs, toMs) => setRaw(() => printRange(between(fromMs, toMs)), 'push'),
      setRefreshSeconds: (seconds) => setRaw(() => ({ refresh: printRefresh(seconds) }), 'replace'),
      refresh,
    }),
    [range, nowMs, refreshSeconds, setRaw, refresh],
  )
  return <TimeContext value={time}>{props.children}</TimeContext>
}

export function useTime(): Time {
  const time = useContext(TimeContext)
  if (time === undefined) throw new Error('useTime needs a TimeProvider above it')
  return time
}
