import { askStatus, askTargets, type ScrapeTarget, type StatusAnswer } from '@wakeline/protocol'
import { useAnswer } from '../../api/use-answer.ts'
import { Answer } from '../../parts/answer.tsx'
import { Page } from '../../shell/page.tsx'
import { Health } from './health.tsx'
import { IngestSection } from './ingest-section.tsx'
import { ReceiptsSection } from './receipts-section.tsx'
import { EndpointsSection, ServerSection } from './server-section.tsx'
import { StoreSection } from './store-section.tsx'
import styles from './system-page.module.css'
import { TargetsSection } from './targets-section.tsx'
import { troublesOf } from './trouble.ts'

const pollMs = 10_000

/** What this server is doing and whether it is well, for who has to know at once. */
export function SystemPage() {
  const status = useAnswer(askStatus(), { pollMs })
  const targets = useAnswer(askTargets(), { pollMs })
  return (
    <Page title="System" time={false} scroll>
      <Answer of={status}>{(data) => <System status={data} targets={targets.data?.data.activeTargets ?? []} />}</Answer>
    </Page>
  )
}

function System({ status, targets }: { status: StatusAnswer; targets: readonly ScrapeTarget[] }) {
  return (
    <div className={styles.page}>
      <Health troubles={troublesOf(status, targets)} nowMs={status.nowMs} />
      <div className={styles.sections}>
        <StoreSection status={status} />
        <IngestSection status={status} />
      </div>
      <TargetsSection status={status} targets={targets} />
      <div className={styles.sections}>
        <EndpointsSection status={status} />
        <ServerSection status={status} />
      </div>
      <ReceiptsSection nowMs={status.nowMs} />
    </div>
  )
}
