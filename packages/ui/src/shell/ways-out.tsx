import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { toServices } from '../links.ts'
import { Link } from '../parts/link.tsx'
import { useTime } from '../time/time-context.tsx'
import { useServiceFilter } from './service-filter.tsx'
import styles from './ways-out.module.css'

const dayMs = 86_400_000

/** Under an empty answer: what holds it back, each with a way to let go of it. `children` are further ones of the page. */
export function WaysOut({ q, clear, children }: { q: string; clear: () => void; children?: ReactNode }) {
  const [service, setService] = useServiceFilter()
  const { range, setRange } = useTime()
  const isWide = range.kind === 'last' && range.durationMs >= dayMs
  const isHeld = q !== '' || service !== '' || (children !== undefined && children !== false)
  return (
    <div className={styles.ways}>
      {q !== '' && <Button onClick={clear}>Clear the search</Button>}
      {children}
      {service !== '' && <Button onClick={() => setService('')}>All services, not only {service}</Button>}
      {!isWide && (
        <Button onClick={() => setRange({ kind: 'last', durationMs: dayMs })}>Look at the last 24 hours</Button>
      )}
      {!isHeld && (
        <Button component={Link} href={toServices()}>
          How to send the first data
        </Button>
      )}
    </div>
  )
}
