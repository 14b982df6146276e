import { Button } from '@mantine/core'
import { toTraces } from '../../links.ts'
import { Empty } from '../../parts/empty.tsx'
import { Link } from '../../parts/link.tsx'
import styles from './trace-page.module.css'

const idLength = 32

/** The store has no span of the trace: what it may be, the likeliest first. */
export function NoTrace({ traceId, retry }: { traceId: string; retry: () => void }) {
  const whole = /^[0-9a-f]{32}$/.test(traceId)
  return (
    <Empty title="No span of this trace is stored">
      <ul className={styles.checks}>
        <li>
          <strong>The id.</strong> <span className="data">{traceId}</span>{' '}
          {whole
            ? 'has the right form; is every character of it right?'
            : `is not a trace id: those are ${idLength} hexadecimal digits, this has ${traceId.length} characters.`}
        </li>
        <li>
          <strong>Its age.</strong> Traces are kept for a limited time and then deleted; a fresh one needs about a
          second to be stored.
        </li>
        <li>
          <strong>Sampling.</strong> Logs and links carry the id of a trace whether its spans were sampled or not. Check
          the sampler of the service that started it.
        </li>
        <li>
          <strong>Its way here.</strong> Does the service send its traces to this server? Its other traces are the test.
        </li>
      </ul>
      <div className={styles.wayOuts}>
        <Button onClick={retry}>Look again</Button>
        <Button component={Link} href={toTraces()}>
          All traces
        </Button>
      </div>
    </Empty>
  )
}
