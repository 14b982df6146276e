import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { noSearches } from '../alert/ask-search.ts'
import { MadeRules } from '../alert/made-rules.ts'
import { readRuleFile } from '../alert/read-rule-file.ts'
import { labelsFrom } from '../query/promql/evaluate/labels.ts'
import { respondFailure } from './errors.ts'
import { type RulesParts, rulesRoutes } from './rules.ts'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'wakeline-rules-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

async function openRules(preview: Partial<RulesParts['preview']> = {}) {
  let changed = 0
  const made = new MadeRules({
    directory,
    nowUnixMs: () => 1000,
    changed: async () => {
      changed += 1
    },
  })
  await made.open()
  const ask = async () => ({ error: 'nothing is asked here' })
  const rules = { made, groups: () => [], preview: { ask, askSearch: noSearches, externalUrl: () => '', ...preview } }
  const app = new Hono()
  app.onError((error, context) =>
    respondFailure(context, error, (fault) => {
      throw fault
    }),
  )
  app.route('/', rulesRoutes({ rules, nowUnixMs: () => 10 * 60_000 }))
  const send = async (method: string, path: string, body?: unknown, type = 'application/json') => {
    const response = await app.request(path, {
      method,
      headers: { 'content-type': type, 'user-agent': 'test/1' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text }
  }
  return { send, changes: () => changed, made }
}

const draft = {
  alert: 'CheckoutErrors',
  search: 'level:error | count by (service)',
  signal: 'logs',
  window: '5m',
  thresholds: [{ severity: 'critical', above: 50, recovers_at: 40 }],
  annotations: { summary: '{{ $labels.service }}: {{ $value }}' },
}

test('a rule is made, survives a restart, is changed, switched off and deleted, and each is noted', async () => {
  const { send, changes } = await openRules()
  const { status, body } = await send('POST', '/', { rule: draft })
  expect([status, body.revision, changes()]).toEqual([201, 1, 1])
  const again = await openRules()
  expect((await again.send('GET', '/')).body.rules).toMatchObject([{ name: 'CheckoutErrors', signal: 'logs', draft }])
  const changed = { ...draft, window: '10m' }
  expect((await again.send('PUT', `/${body.id}`, { rule: changed, revision: 1 })).body).toEqual({
    id: body.id,
    revision: 2,
  })
  expect((await again.send('PUT', `/${body.id}`, { rule: { ...changed, disabled: true }, revision: 2 })).status).toBe(
    200,
  )
  expect(again.made.groups().groups).toEqual([])
  expect((await again.send('DELETE', `/${body.id}?revision=3`)).status).toBe(200)
  const { changes: noted } = (await again.send('GET', '/')).body
  expect(noted.map(({ act, by, name }: Record<string, string>) => `${act} ${name} by ${by}`)).toEqual(
    ['deleted', 'disabled', 'changed', 'made'].map((act) => `${act} CheckoutErrors by test/1 at an unknown address`),
  )
})

test('two who change the same do not undo one another', async () => {
  const { send } = await openRules()
  const { body } = await send('POST', '/', { rule: draft })
  await send('PUT', `/${body.id}`, { rule: { ...draft, window: '10m' }, revision: 1 })
  const late = await send('PUT', `/${body.id}`, { rule: draft, revision: 1 })
  expect([late.status, late.body.error.message]).toEqual([400, expect.stringMatching(/changed by somebody else/)])
  expect((await send('DELETE', '/nothing')).status).toBe(404)
})

test.each([
  [{ search: 'level:error | cuont' }, 'search', /"cuont" is not a pipe/, 14],
  [{ thresholds: [{ above: 'many' }] }, 'thresholds.0.above', /above is "many"/i, undefined],
  [{ annotations: { summary: '{{ nothing }}' } }, 'annotations.summary', /function "nothing" not defined/, undefined],
  [{ for: 'soon' }, 'for', /for is "soon"/i, undefined],
  [{ interval: 'often' }, 'interval', /interval is "often"/i, undefined],
  [{ alert: '' }, 'alert', /Give the rule a name/, undefined],
])('what is wrong with %j is told at its word', async (wrong, at, message, position) => {
  const { send } = await openRules()
  const { status, body } = await send('POST', '/', { rule: { ...draft, ...wrong } })
  expect([status, body.problems]).toEqual([
    400,
    [expect.objectContaining({ at, message: expect.stringMatching(message) })],
  ])
  if (position !== undefined) expect(body.problems[0].position).toBe(position)
})

test.each([
  ['text/plain', /content type application\/json/],
  ['application/x-www-form-urlencoded', /content type application\/json/],
])('a body of %s is refused: a page of another origin may send it unasked', async (type, message) => {
  const { send } = await openRules()
  const { status, body } = await send('POST', '/', { rule: draft }, type)
  expect([status, body.error.message]).toEqual([400, expect.stringMatching(message)])
})

test('all of them are exported as a rule file, which is read as it is', async () => {
  const { send } = await openRules()
  await send('POST', '/', { rule: draft })
  await send('POST', '/', { rule: { alert: 'Down', expr: 'up == 0', for: '5m', disabled: true } })
  const { body } = await send('GET', '/export')
  expect(readRuleFile('rules.yml', body)).toMatchObject({
    groups: [{ rules: [{ name: 'CheckoutErrors' }] }, { name: 'Down', rules: [] }],
  })
})

test('a file that cannot be read stops the start with a sentence, and forgets nothing', async () => {
  const { send } = await openRules()
  await send('POST', '/', { rule: draft })
  const path = join(directory, 'rules', 'made.json')
  writeFileSync(path, readFileSync(path, 'utf8').slice(0, 50))
  await expect(openRules()).rejects.toThrow(/Cannot read the rules of .*made.json.*mend it, or move it away/)
})

test('a draft is tried over a time: what it finds, and what would have fired from when to when', async () => {
  const values = [0, 60, 45, 30, 70]
  const askSearch: RulesParts['preview']['askSearch'] = async ({ fromMs, toMs, stepMs = 1 }) => {
    expect([fromMs, toMs, stepMs]).toEqual([0, 5 * 60_000, 60_000])
    return { series: [{ labels: labelsFrom([['service', 'shop']]), values }], total: 1 }
  }
  const { send } = await openRules({ askSearch })
  const { body } = await send('POST', '/preview', { rule: { ...draft, window: '1m' }, from: 60_000, to: 5 * 60_000 })
  expect(body).toMatchObject({ stepMs: 60_000, series: [{ labels: { service: 'shop' }, values }], firedTotal: 2 })
  expect(body.fired).toMatchObject([
    { fromMs: 2 * 60_000, toMs: 4 * 60_000, value: 60, annotations: { summary: 'shop: 60' } },
    { fromMs: 5 * 60_000, toMs: null, value: 70 },
  ])
})
