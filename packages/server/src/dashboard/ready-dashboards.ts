import type { Dashboard } from '@wakeline/protocol'
import { readDashboard } from './check-dashboard.ts'
import http from './ready/http.json' with { type: 'json' }
import node from './ready/node.json' with { type: 'json' }
import wakeline from './ready/wakeline.json' with { type: 'json' }

/** Dashboards that come with the product, in the format of everybody's; a test holds them to it. */
export const readyDashboards: readonly { readonly id: string; readonly dashboard: Dashboard }[] = [
  { id: 'http', dashboard: read(http) },
  { id: 'node', dashboard: read(node) },
  { id: 'wakeline', dashboard: read(wakeline) },
]

function read(written: unknown): Dashboard {
  const found = readDashboard(written)
  if ('dashboard' in found) return found.dashboard
  throw new Error(`A ready-made dashboard is wrong: ${found.problems.map(({ at, message }) => `${at}: ${message}`)}`)
}
