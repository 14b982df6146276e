import { useEffect, useState } from 'react'
import { TextButton } from '../../parts/text-button.tsx'
import { printDuration } from '../../time/format.ts'
import styles from './trace-page.module.css'
import type { TraceView } from './trace-view.ts'

/** A trace whose last span ended less than this ago may still grow. */
const settledMs = 30_000
const lookMs = 1000

/** A quiet word, and a way to look again, while spans of the trace may still be on their way. */
export function StillArriving({ view, refresh }: { view: TraceView; refresh: () => void }) {
  const endMs = Number(view.startUnixNano / 1_000_000n) + view.durationNano / 1e6
  const [nowMs, setNowMs] = useState(() => Date.now())
  const fresh = nowMs - endMs < settledMs && nowMs - endMs > -settledMs
  useEffect(() => {
    if (!fresh) return
    const timer = setInterval(() => setNowMs(Date.now()), lookMs)
    return () => clearInterval(timer)
  }, [fresh])
  if (!fresh) return null
  const agoMs = Math.max(0, Math.round((nowMs - endMs) / 1000) * 1000)
  return (
    <span
      className={styles.arriving}
      role="status"
      title={`The last span ended ${agoMs < 1000 ? 'just now' : `${printDuration(agoMs * 1e6)} ago`}; more may come`}
    >
      may still grow <TextButton onClick={refresh}>Refresh</TextButton>
    </span>
  )
}
