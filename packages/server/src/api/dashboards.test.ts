import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { MadeDashboards } from '../dashboard/made-dashboards.ts'
import { readDashboardFiles } from '../main/dashboards.ts'
import { dashboardsRoutes } from './dashboards.ts'
import { respondFailure } from './errors.ts'

/** What of the answers is looked at by name. */
const answerSchema = z.looseObject({
  id: z.string().default(''),
  dashboards: z.array(z.looseObject({ id: z.string(), from: z.string(), changedBy: z.string() })).default([]),
  errors: z.array(z.string()).default([]),
  error: z.looseObject({ message: z.string() }).default({ message: '' }),
})

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'wakeline-dashboards-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

async function open() {
  const made = new MadeDashboards({ directory, nowUnixMs: () => 1000 })
  await made.open()
  const app = new Hono()
  app.onError((error, context) =>
    respondFailure(context, error, (fault) => {
      throw fault
    }),
  )
  app.route('/', dashboardsRoutes({ made, files: () => readDashboardFiles([join(directory, '*.json')]) }))
  return async (method: string, path: string, body?: unknown, type = 'application/json') => {
    const response = await app.request(path, {
      method,
      headers: { 'content-type': type, 'user-agent': 'test/1' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: answerSchema.parse(await response.json()) }
  }
}

const dashboard = { title: 'Shop', panels: [{ title: 'Up', kind: 'value', questions: [{ ask: 'up', of: 'metrics' }] }] }

test('a dashboard is made, survives a restart, is changed and deleted by who has seen it', async () => {
  const send = await open()
  const made = await send('POST', '/', { dashboard })
  expect(made).toMatchObject({ status: 201, body: { revision: 1 } })
  const { id } = made.body
  const again = await open()
  expect(await again('GET', `/${id}`)).toMatchObject({ status: 200, body: { from: 'made', revision: 1, dashboard } })
  const renamed = { dashboard: { ...dashboard, title: 'The shop' }, revision: 1 }
  expect(await again('PUT', `/${id}`, renamed)).toMatchObject({ status: 200, body: { revision: 2 } })
  expect(await again('PUT', `/${id}`, renamed)).toMatchObject({
    status: 400,
    body: { error: { message: expect.stringContaining('changed by somebody else meanwhile') } },
  })
  const { body } = await again('GET', '/')
  expect(body.dashboards[0]).toMatchObject({ id, from: 'made', title: 'The shop', panels: 1, changedMs: 1000 })
  expect(body.dashboards[0]?.changedBy).toContain('test/1')
  expect(await again('DELETE', `/${id}?revision=1`)).toMatchObject({ status: 400 })
  expect(await again('DELETE', `/${id}?revision=2`)).toMatchObject({ status: 200 })
  expect(await again('GET', `/${id}`)).toMatchObject({ status: 404 })
})

test('dashboards of files and ready-made ones are shown, and changed nowhere else', async () => {
  const send = await open()
  writeFileSync(join(directory, 'shop.json'), JSON.stringify(dashboard))
  writeFileSync(join(directory, 'broken.json'), '{"title": 1, "panels": []}')
  const { body } = await send('GET', '/')
  expect(body.dashboards.map(({ id }) => id)).toEqual(['file-shop', 'http', 'node', 'wakeline'])
  expect(body.errors).toEqual([expect.stringMatching(/broken\.json: title: .*expected string/)])
  expect(await send('GET', '/file-shop')).toMatchObject({ body: { from: 'file', dashboard } })
  expect(await send('PUT', '/file-shop', { dashboard })).toMatchObject({ status: 404 })
  expect(await send('DELETE', '/http')).toMatchObject({ status: 404 })
})

test.each([
  [
    { dashboard: { ...dashboard, panels: [{ title: 'a', kind: 'pie' }] } },
    'application/json',
    /dashboard\.panels\.0\.kind/,
  ],
  [{ dashboard }, 'text/plain', /content type application\/json/],
])('what is no dashboard is refused: %j', async (sent, type, sentence) => {
  const send = await open()
  const { status, body } = await send('POST', '/', sent, type)
  expect(status).toBe(400)
  expect(body.error.message).toMatch(sentence)
})

test('an import says what it would be, and keeps nothing', async () => {
  const send = await open()
  const grafana = { schemaVersion: 41, title: 'Old', panels: [{ type: 'news', title: 'News' }] }
  expect(await send('POST', '/import', { grafana })).toMatchObject({
    status: 200,
    body: { dashboard: { title: 'Old' }, notTaken: [{ at: 'panel "News"' }] },
  })
  expect(await send('POST', '/import', { grafana: {} })).toMatchObject({ status: 400 })
  expect((await send('GET', '/')).body.dashboards.some(({ from }) => from === 'made')).toBe(false)
})

test('a file of dashboards that cannot be read stops the server with its name', async () => {
  const send = await open()
  await send('POST', '/', { dashboard })
  writeFileSync(join(directory, 'dashboards/made.json'), '{"version": 1')
  await expect(open()).rejects.toThrow(/Cannot read the dashboards of .*made\.json/)
})
