import { Empty } from '../../parts/empty.tsx'
import { Page } from '../../shell/page.tsx'

export function MetricsPage() {
  return (
    <Page title="Metrics" service="url">
      <Empty title="This page is being built" />
    </Page>
  )
}
