import { Empty } from '../../parts/empty.tsx'
import { Page } from '../../shell/page.tsx'

export function LogsPage() {
  return (
    <Page title="Logs" service="url">
      <Empty title="This page is being built" />
    </Page>
  )
}
