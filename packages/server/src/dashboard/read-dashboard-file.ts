import type { Dashboard, DashboardProblem } from '@wakeline/protocol'
import { checkDashboard, readDashboard } from './check-dashboard.ts'
import { importGrafana, isGrafana } from './grafana/import-grafana.ts'

/** A file of one dashboard, in our format or in Grafana's. `problems` are of its questions; it is shown with them. */
export type DashboardFile = {
  dashboard: Dashboard
  notTaken: DashboardProblem[]
  problems: DashboardProblem[]
}

export function readDashboardFile(text: string): DashboardFile | { errors: string[] } {
  const parsed = parse(text)
  if ('error' in parsed) return { errors: [parsed.error] }
  if (isGrafana(parsed.json)) {
    const imported = importGrafana(parsed.json)
    return 'error' in imported ? { errors: [imported.error] } : { ...imported, problems: [] }
  }
  const read = readDashboard(parsed.json)
  if ('problems' in read) return { errors: read.problems.map(({ at, message }) => `${at}: ${message}`) }
  return { dashboard: read.dashboard, notTaken: [], problems: checkDashboard(read.dashboard) }
}

function parse(text: string): { json: unknown } | { error: string } {
  try {
    return { json: JSON.parse(text) }
  } catch (error) {
    return { error: `it is no JSON: ${error instanceof Error ? error.message : error}` }
  }
}
