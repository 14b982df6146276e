import { Button } from '@mantine/core'
import { operatorsMeant } from '@wakeline/protocol'
import type { ReactNode } from 'react'
import { toServices } from '../links.ts'
import { Link } from '../parts/link.tsx'
import { useTime } from '../time/time-context.tsx'
import { useServiceFilter } from './service-filter.tsx'
import styles from './ways-out.module.css'

const dayMs = 86_400_000

/** Under an empty answer: what holds it back, each with a way to let go of it. `children` are further ones of the page, `held` where it is held back otherwise. */
export function WaysOut(props: { q: string; search: (q: string) => void; held?: boolean; children?: ReactNode }) {
  const { q, search, held, children } = props
  const [service, setService] = useServiceFilter()
  const { range, setRange } = useTime()
  const isWide = range.kind === 'last' && range.durationMs >= dayMs
  const isHeld = q !== '' || service !== '' || held === true
  const operators = operatorsMeant(q)
  return (
    <div className={styles.ways}>
      {operators !== undefined && (
        <Button onClick={() => search(operators.meant)}>
          Take {operators.looked.map((word) => `“${word}”`).join(', ')} as {operators.looked.join(', ').toUpperCase()},
          not as {operators.looked.length === 1 ? 'a word' : 'words'}
        </Button>
      )}
      {q !== '' && <Button onClick={() => search('')}>Clear the search</Button>}
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
