import type {
  DashboardAnswer,
  DashboardListed,
  DashboardProblem,
  DashboardSaved,
  DashboardsAnswer,
} from '@wakeline/protocol'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { dashboardSchema } from '../dashboard/check-dashboard.ts'
import { importGrafana } from '../dashboard/grafana/import-grafana.ts'
import type { DashboardRefused, MadeDashboards } from '../dashboard/made-dashboards.ts'
import { readyDashboards } from '../dashboard/ready-dashboards.ts'
import { askerOf } from './caller.ts'
import { endpoints } from './endpoints.ts'
import { ApiFailure } from './errors.ts'
import { readInput } from './input.ts'
import { readJsonBody } from './json-body.ts'
import { limitBody } from './limit-body.ts'
import { sendJson } from './send.ts'

/** A dashboard that is changed elsewhere: of a file, or one that comes with the product. */
export type FixedDashboard = Pick<DashboardAnswer, 'id' | 'dashboard' | 'notTaken'> & {
  file: string
  /** What is wrong with its questions: its panels say so, too. */
  problems: readonly DashboardProblem[]
}

export type DashboardsParts = {
  made: MadeDashboards
  /** As the files are now, and what is wrong with others. */
  files: () => Promise<{ dashboards: readonly FixedDashboard[]; errors: readonly string[] }>
}

const bodyMaxBytes = 4 * 1024 * 1024
const savedSchema = z.strictObject({ dashboard: dashboardSchema, revision: z.number().int().exactOptional() })
const importSchema = z.strictObject({ grafana: z.unknown() })

/** /api/v1/dashboards: all of them, and those made here made, changed and deleted. */
export function dashboardsRoutes({ made, files }: DashboardsParts): Hono {
  const routes = new Hono()
  routes.use(limitBody({ maxSize: bodyMaxBytes, onError: bodyTooLarge }))
  routes.get('/', async (context) => {
    readInput(context, endpoints.dashboards.input)
    const found = await files()
    const answer: DashboardsAnswer = { dashboards: listed(made, found.dashboards), errors: [...found.errors] }
    return sendJson(context, answer)
  })
  routes.get('/:id', async (context) => {
    readInput(context, endpoints.dashboard.input)
    const answer = await find(context.req.param('id'), { made, files })
    if (answer === undefined)
      throw new ApiFailure(
        'not_found',
        'Cannot show this dashboard: there is none of this id; it may have been deleted',
      )
    return sendJson(context, answer)
  })
  routes.post('/', async (context) => {
    const { dashboard } = await readJsonBody(context, savedSchema, refuse)
    return answerSaved(context, await made.make(dashboard, { by: askerOf(context) }), 201)
  })
  routes.post('/import', async (context) => {
    const { grafana } = await readJsonBody(context, importSchema, refuse)
    const imported = importGrafana(grafana)
    if ('error' in imported)
      throw new ApiFailure('invalid_request', `Cannot take this dashboard from Grafana: ${imported.error}`)
    return sendJson(context, imported)
  })
  routes.put('/:id', async (context) => {
    const { dashboard, revision } = await readJsonBody(context, savedSchema, refuse)
    const acting = { by: askerOf(context), ...(revision !== undefined && { revision }) }
    return answerSaved(context, await made.change(context.req.param('id'), dashboard, acting), 200)
  })
  routes.delete('/:id', async (context) => {
    const revision = context.req.query('revision')
    if (revision !== undefined && !/^\d{1,9}$/.test(revision)) throw refuse('"revision" is a whole number')
    const acting = { by: askerOf(context), ...(revision !== undefined && { revision: Number(revision) }) }
    return answerSaved(context, await made.delete(context.req.param('id'), acting), 200)
  })
  return routes
}

function refuse(why: string): ApiFailure {
  return new ApiFailure('invalid_request', `Cannot save this dashboard: ${why}`)
}

function bodyTooLarge(): never {
  throw new ApiFailure('too_large', `Cannot save this dashboard: it has more than ${bodyMaxBytes} bytes`)
}

function answerSaved(context: Context, saved: DashboardSaved | DashboardRefused, status: 200 | 201): Response {
  if (!('refused' in saved)) return context.json(saved, status)
  throw new ApiFailure(
    saved.refused === 'not_found' ? 'not_found' : 'invalid_request',
    `Cannot save this dashboard: ${saved.message}`,
  )
}

async function find(id: string, { made, files }: DashboardsParts): Promise<DashboardAnswer | undefined> {
  const own = made.all().find((each) => each.id === id)
  if (own !== undefined) return { id, from: 'made', revision: own.revision, dashboard: own.dashboard, notTaken: [] }
  const ready = readyDashboards.find((each) => each.id === id)
  if (ready !== undefined) return { ...ready, from: 'ready', revision: 0, notTaken: [] }
  const { dashboards } = await files()
  const ofFile = dashboards.find((each) => each.id === id)
  return ofFile && { id, from: 'file', revision: 0, dashboard: ofFile.dashboard, notTaken: ofFile.notTaken }
}

function listed(made: MadeDashboards, ofFiles: readonly FixedDashboard[]): DashboardListed[] {
  const never = { changedMs: 0, changedBy: '' }
  return [
    ...made.all().map(({ id, changedMs, changedBy, dashboard }) => ({
      ...about(id, 'made', dashboard),
      changedMs,
      changedBy,
    })),
    ...ofFiles.map(({ id, file, dashboard }) => ({ ...about(id, 'file', dashboard), file, ...never })),
    ...readyDashboards.map(({ id, dashboard }) => ({ ...about(id, 'ready', dashboard), ...never })),
  ]
}

const about = (id: string, from: DashboardListed['from'], dashboard: DashboardAnswer['dashboard']) => ({
  id,
  from,
  file: '',
  title: dashboard.title,
  description: dashboard.description ?? '',
  last: dashboard.last ?? '',
  panels: dashboard.panels.filter(({ kind }) => kind !== 'heading').length,
  needs: [...(dashboard.needs ?? [])],
})
