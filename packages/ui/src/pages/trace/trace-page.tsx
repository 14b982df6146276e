import { Empty } from '../../parts/empty.tsx'
import { Page } from '../../shell/page.tsx'

export function TracePage({ traceId }: { traceId: string }) {
  return (
    <Page title={`Trace ${traceId.slice(0, 8)}`} time={false}>
      <Empty title="This page is being built" />
    </Page>
  )
}
