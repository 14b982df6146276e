import { type Context, Hono } from 'hono'
import type { SilenceState } from '../../alert/notifier/silences.ts'
import { limitBody } from '../limit-body.ts'
import type { ApiNotifying } from '../notifications.ts'
import { sendJson } from '../send.ts'
import { alertsAnswer, groupsAnswer, timeText } from './alerts-answer.ts'
import { AlertmanagerFailure, readAlertFilter, readBoolean, readFilters, refuse } from './input.ts'
import { readPostedAlerts } from './posted-alerts.ts'
import { readPostedSilence, silenceAnswer, silencesAnswer } from './silences-answer.ts'

export type AlertmanagerOptions = {
  version: string
  nowUnixMs: () => number
  notifying: ApiNotifying
}

const bodyMaxBytes = 8 * 1024 * 1024

/** `/alertmanager/api/v2/*`: Alertmanager's API, as `amtool`, Prometheus and dashboards of alerts speak it. */
export function alertmanagerRoutes(options: AlertmanagerOptions): Hono {
  const { nowUnixMs } = options
  const { notifier } = options.notifying
  const startedMs = nowUnixMs()
  const routes = new Hono()
  routes.onError((error, context) => {
    if (error instanceof AlertmanagerFailure) return context.json(error.message, error.status)
    throw error
  })
  routes.post('*', limitBody({ maxSize: bodyMaxBytes, onError: tooLarge }))
  routes.get('/status', (context) => sendJson(context, statusAnswer(options, startedMs)))
  routes.get('/receivers', (context) =>
    sendJson(
      context,
      notifier().config.receivers.map(({ name }) => ({ name })),
    ),
  )
  routes.get('/alerts', (context) => sendJson(context, alertsAnswer(notifier(), readAlertFilter(context), nowUnixMs())))
  routes.get('/alerts/groups', (context) =>
    sendJson(context, groupsAnswer(notifier(), readAlertFilter(context), nowUnixMs())),
  )
  routes.post('/alerts', async (context) => {
    const { resolveTimeoutMs } = notifier().config
    const read = readPostedAlerts(await readJson(context), { nowMs: nowUnixMs(), resolveTimeoutMs })
    if (typeof read === 'string') throw refuse(read)
    const refused = notifier().put(read.alerts)
    if (refused > 0) throw new AlertmanagerFailure(503, `Cannot take ${refused} of these alerts: there are too many`)
    if (read.wrong.length > 0) throw refuse(read.wrong.join('; '))
    return context.body(null, 200)
  })
  addSilences(routes, options)
  return routes
}

function addSilences(routes: Hono, { nowUnixMs, notifying: { notifier, keep } }: AlertmanagerOptions): void {
  const keepSilences = async (): Promise<void> => {
    const error = await keep()
    if (error !== '') throw new AlertmanagerFailure(503, `Cannot keep the silence over a restart: ${error}`)
  }
  routes.get('/silences', (context) => {
    const states = new Set<SilenceState>()
    for (const state of ['active', 'pending', 'expired'] as const) if (readBoolean(context, state)) states.add(state)
    const asked = { states, matchers: readFilters(context) }
    return sendJson(context, silencesAnswer(notifier().silences.list(), asked, nowUnixMs()))
  })
  routes.post('/silences', async (context) => {
    const given = readPostedSilence(await readJson(context))
    if (typeof given === 'string') throw refuse(given)
    const set = notifier().silences.set(given, nowUnixMs())
    if ('fault' in set) throw new AlertmanagerFailure(set.fault === 'not_found' ? 404 : 400, set.message)
    await keepSilences()
    return sendJson(context, { silenceID: set.id })
  })
  routes.get('/silence/:id', (context) => {
    const silence = notifier().silences.get(context.req.param('id'))
    if (silence === undefined) throw new AlertmanagerFailure(404, 'Cannot find this silence: there is none of this id')
    return sendJson(context, silenceAnswer(silence, nowUnixMs()))
  })
  routes.delete('/silence/:id', async (context) => {
    const fault = notifier().silences.expire(context.req.param('id'), nowUnixMs())
    if (fault !== undefined) throw new AlertmanagerFailure(404, fault.message)
    await keepSilences()
    return context.body(null, 200)
  })
}

/** Of a browser only pages of this server come so far; what is no JSON comes from nobody who means it. */
async function readJson(context: Context): Promise<unknown> {
  if (!/^application\/json\b/i.test(context.req.header('content-type') ?? ''))
    throw refuse('Cannot read this body: it is expected as application/json')
  try {
    return JSON.parse(await context.req.text())
  } catch (error) {
    throw refuse(`Cannot read this body: ${error instanceof Error ? error.message : error}`)
  }
}

function tooLarge(): never {
  throw refuse(`Cannot read this body: it has more than ${bodyMaxBytes} bytes`)
}

const statusAnswer = ({ version, notifying }: AlertmanagerOptions, startedMs: number): object => ({
  cluster: { status: 'disabled', peers: [] },
  config: { original: notifying.notifier().config.original },
  uptime: timeText(startedMs),
  versionInfo: { version, branch: 'wakeline', revision: '', buildUser: '', buildDate: '', goVersion: '' },
})
