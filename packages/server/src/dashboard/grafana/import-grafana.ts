import type {
  Dashboard,
  DashboardImported,
  DashboardPanel,
  DashboardProblem,
  DashboardVariable,
} from '@wakeline/protocol'
import { checkDashboard, readDashboard } from '../check-dashboard.ts'
import { importPanel } from './import-panel.ts'
import { importVariable } from './import-variable.ts'
import { type Json, listOf, numberOf, objectOf, textOf } from './json.ts'

/** Whether JSON is Grafana's: what it exports, or what its API answers with, which has it inside. */
export function isGrafana(written: unknown): boolean {
  const given = dashboardIn(written)
  return (
    'schemaVersion' in given ||
    'templating' in given ||
    'rows' in given ||
    listOf(given['panels']).some((panel) => 'type' in objectOf(panel))
  )
}

const dashboardIn = (written: unknown): Json => {
  const given = objectOf(written)
  return 'dashboard' in given && !('panels' in given) ? objectOf(given['dashboard']) : given
}

/**
 * Grafana's JSON as a dashboard. Nothing is dropped in silence: `notTaken` tells of each panel and variable what there is no
 * place for here, and what its questions have that this server cannot read.
 */
export function importGrafana(written: unknown): DashboardImported | { error: string } {
  const given = dashboardIn(written)
  if (!isGrafana(given))
    return { error: 'it is no dashboard of Grafana’s: it has neither panels with a type nor a schemaVersion' }
  const notTaken: DashboardProblem[] = []
  const variables = listOf(objectOf(given['templating'])['list']).flatMap((each): DashboardVariable[] => {
    const { variable, notTaken: missing } = importVariable(objectOf(each))
    note(notTaken, `variable $${textOf(objectOf(each)['name'])}`, missing)
    return variable === undefined ? [] : [variable]
  })
  const panels = panelsOf(given).map((each, i): DashboardPanel => {
    const { panel, notTaken: missing } = importPanel(each)
    note(notTaken, `panel ${nameOf(each, i)}`, missing)
    return panel
  })
  if (listOf(objectOf(given['annotations'])['list']).some((each) => objectOf(each)['builtIn'] === undefined))
    note(notTaken, 'the dashboard', ['its annotations'])
  const last = /^now-(\d+[smhdw])$/.exec(textOf(objectOf(given['time'])['from']))?.[1]
  const description = textOf(given['description'])
  const dashboard: Dashboard = {
    title: textOf(given['title']).trim().slice(0, 200) || 'From Grafana',
    ...(description !== '' && { description }),
    ...(last !== undefined && { last }),
    ...(variables.length > 0 && { variables }),
    panels,
  }
  const read = readDashboard(dashboard)
  if ('problems' in read) return { error: read.problems.map(({ at, message }) => `${at}: ${message}`).join('; ') }
  return { dashboard, notTaken: [...notTaken, ...problemsOf(dashboard)] }
}

function note(notTaken: DashboardProblem[], at: string, sentences: readonly string[]): void {
  for (const message of sentences) notTaken.push({ at, message })
}

const nameOf = (panel: Json, i: number): string =>
  JSON.stringify(textOf(panel['title']) || `${textOf(panel['type'])} ${i + 1}`)

/** In the order they are read: from left to right and down. Rows have their panels behind them, or inside when they are shut. */
function panelsOf(given: Json): Json[] {
  const old = listOf(given['rows']).map(objectOf)
  const now = listOf(given['panels']).map(objectOf)
  const placed = now.toSorted((a, b) => placeOf(a) - placeOf(b))
  const opened = placed.flatMap((panel) => [
    panel,
    ...listOf(panel['panels'])
      .map(objectOf)
      .toSorted((a, b) => placeOf(a) - placeOf(b)),
  ])
  return [...opened, ...old.flatMap(panelsOfOldRow)]
}

function placeOf(panel: Json): number {
  const { x, y } = objectOf(panel['gridPos'])
  return (numberOf(y) ?? 0) * 100 + (numberOf(x) ?? 0)
}

/** Before Grafana 5: rows with a height, in which panels have a span of 12. */
function panelsOfOldRow(row: Json): Json[] {
  const height = numberOf(row['height']) ?? Number.parseInt(textOf(row['height']), 10)
  const h = Number.isFinite(height) ? Math.round(height / 38) : 7
  const panels = listOf(row['panels']).map((each) => ({ gridPos: { h, w: 24 }, ...objectOf(each) }))
  const title = textOf(row['title'])
  return row['showTitle'] === true || (title !== '' && title !== 'New row')
    ? [{ type: 'row', title }, ...panels]
    : panels
}

/** Questions and variables that cannot be read are told of, and stay: they are mended in the page. */
function problemsOf(dashboard: Dashboard): DashboardProblem[] {
  return checkDashboard(dashboard).map((problem) => {
    const [what = '', index = ''] = problem.at.split('.')
    const panel = what === 'panels' ? dashboard.panels[Number(index)] : undefined
    const variable = what === 'variables' ? dashboard.variables?.[Number(index)] : undefined
    const at = panel ? `panel ${JSON.stringify(panel.title)}` : variable ? `variable $${variable.name}` : problem.at
    return { ...problem, at }
  })
}
