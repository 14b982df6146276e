import { stepAlerts } from '@wakeline/analysis'
import { expect, test } from 'vitest'
import { noSearches } from '../alert/ask-search.ts'
import { readRuleFile } from '../alert/read-rule-file.ts'
import { RunningGroup } from '../alert/running-group.ts'
import { alertsAnswer, rulesAnswer } from './prometheus-rules.ts'

const world = {
  ask: async () => ({ error: 'nobody answers' }),
  askSearch: noSearches,
  store: async () => '',
  notify: () => {},
  changed: () => {},
  report: () => {},
  externalUrl: '',
  externalLabels: new Map<string, string>(),
  resendMs: 60_000,
  clockMs: () => 0,
}

function groupsOf(): readonly RunningGroup[] {
  const file = (path: string, groups: object[]) => {
    const read = readRuleFile(path, JSON.stringify({ groups }))
    if ('errors' in read) throw new Error(read.errors.join())
    return read.groups
  }
  const down = { alert: 'Down', expr: 'up==0', for: '5m', labels: { severity: 'page' }, annotations: { a: 'b' } }
  const groups = [
    ...file('a.yml', [{ name: 'one', interval: '30s', limit: 3, rules: [down, { record: 'r', expr: 'sum(up)' }] }]),
    ...file('b.yml', [
      { name: 'two', rules: [{ alert: 'Other', expr: 'up' }] },
      { name: 'none', rules: [] },
      { name: 'three', rules: [{ record: 'r', expr: 'up' }] },
    ]),
  ]
  return groups.map((group) => new RunningGroup(group, world, { intervalMs: 60_000, isRestored: true }))
}

type Told = { groups: { name: string; rules: { name: string }[] }[]; groupNextToken?: string }

function ask(search: string): Told {
  const answer = rulesAnswer(groupsOf(), new URLSearchParams(search))
  return JSON.parse(JSON.stringify(answer))
}

test.each<[string, string]>([
  ['', 'one: Down r, two: Other, three: r'],
  ['type=alert', 'one: Down, two: Other'],
  ['type=record', 'one: r, three: r'],
  ['rule_name[]=r&rule_name[]=Other', 'one: r, two: Other, three: r'],
  ['rule_group[]=two', 'two: Other'],
  ['file[]=b.yml&type=record', 'three: r'],
  ['match[]={severity="page"}', 'one: Down'],
  ['match[]={severity="page"}&match[]={severity="info"}', 'one: Down'],
])('of all rules %s gives', (search, expected) => {
  expect(
    ask(search)
      .groups.map(({ name, rules }) => `${name}: ${rules.map((rule) => rule.name).join(' ')}`)
      .join(', '),
  ).toBe(expected)
})

test('pages follow one another by their tokens, and one that is none any more is refused', () => {
  const names: string[] = []
  let token: string | undefined = ''
  do {
    const page: Told = ask(`group_limit=2${token === '' ? '' : `&group_next_token=${token}`}`)
    names.push(page.groups.map(({ name }) => name).join())
    token = page.groupNextToken
  } while (token !== undefined)
  expect(names).toEqual(['one,two', 'three'])
  expect(() => ask('group_limit=2&group_next_token=gone')).toThrow(/were rule groups changed/)
})

test('a rule is told with its state and its alerts, a group with its times', async () => {
  const [group] = groupsOf()
  const [state] = group?.rules ?? []
  if (group === undefined || state === undefined) throw new Error('there is a group with a rule')
  const labels = [
    ['alertname', 'Down'],
    ['job', 'api'],
  ] as const
  const sample = { key: 'k', labels, annotations: [['a', 'b']] as const, value: 0.25 }
  await group.evaluate(1_700_000_000_000)
  state.alerts = stepAlerts(
    { holdMs: 300_000, keepFiringMs: 0, limit: 0 },
    new Map(),
    [sample],
    1_700_000_000_000,
  ).state
  const alert = {
    labels: { alertname: 'Down', job: 'api' },
    annotations: { a: 'b' },
    state: 'pending',
    activeAt: '2023-11-14T22:13:20.000Z',
    value: '2.5e-01',
  }
  expect(alertsAnswer([group])).toEqual({ alerts: [alert] })
  expect(rulesAnswer([group], new URLSearchParams('type=alert'))).toEqual({
    groups: [
      {
        name: 'one',
        file: 'a.yml',
        interval: 30,
        limit: 3,
        evaluationTime: 0,
        lastEvaluation: '2023-11-14T22:13:20.000Z',
        rules: [
          {
            type: 'alerting',
            name: 'Down',
            query: 'up == 0',
            duration: 300,
            keepFiringFor: 0,
            labels: { severity: 'page' },
            annotations: { a: 'b' },
            state: 'pending',
            health: 'err',
            lastError: 'nobody answers',
            alerts: [alert],
            evaluationTime: 0,
            lastEvaluation: '2023-11-14T22:13:20.000Z',
          },
        ],
      },
    ],
  })
  expect(rulesAnswer([group], new URLSearchParams('type=alert&exclude_alerts=true'))).toMatchObject({
    groups: [{ rules: [{ alerts: [] }] }],
  })
})
