import type { Dashboard, DashboardVariable } from '@wakeline/protocol'
import { fillPromql, fillSearch } from '@wakeline/protocol'
import { expect, test } from 'vitest'
import { randomOf } from '../../../protocol/src/random.case.ts'
import { parseExpression } from '../query/promql/parse/parse.ts'
import { readQuestion } from '../query/search/read-search.ts'
import { checkDashboard, readDashboard } from './check-dashboard.ts'
import { readyDashboards } from './ready-dashboards.ts'

const service: DashboardVariable = { name: 'service', values: { is: 'label', label: 'job', of: 'up' }, several: true }
const of = (ask: string, signal: 'metrics' | 'logs' = 'metrics', variables = [service]): Dashboard => ({
  title: 'Shop',
  variables,
  panels: [{ title: 'one', kind: 'timeseries', questions: [{ ask, of: signal }] }],
})

test.each(readyDashboards.map(({ id, dashboard }) => [id, dashboard] as const))(
  'the ready-made %s is right',
  (_, ready) => {
    expect(checkDashboard(ready)).toEqual([])
  },
)

test.each([
  [of('sum(rate(x{job=~"$service"}[$__rate_interval]))'), []],
  [of(''), []],
  [of('service:$service | count by (level)', 'logs'), []],
  [
    of('sum(rate(x[5m])'),
    ['panels.0.questions.0.ask: Cannot read this PromQL: 1:16: parse error: unclosed left parenthesis'],
  ],
  [
    of('x{job="$team"}'),
    [
      'panels.0.questions.0.ask: Cannot ask this: there is no variable $team; add one of this name, or write it without the $.',
    ],
  ],
  [
    of('level:error', 'logs'),
    [
      'panels.0.questions.0.ask: A panel shows figures of what is found: end the search with a pipe, as | count by (service).',
    ],
  ],
  [of('x', 'metrics', [service, service]), ['variables.1.name: There are two variables $service.']],
])('a dashboard is checked: %#', (dashboard, sentences) => {
  expect(checkDashboard(dashboard).map(({ at, message }) => `${at}: ${message}`)).toEqual(sentences)
})

test('what is no dashboard is refused at its word', () => {
  const written = { title: ' ', panels: [{ title: 'a', kind: 'pie', width: 99 }] }
  const read = readDashboard(written)
  expect('problems' in read && read.problems.map(({ at }) => at)).toEqual(['title', 'panels.0.kind', 'panels.0.width'])
})

/** Quotes, brackets, signs and words of both languages, put together anyhow. */
const pieces = [
  '"',
  "'",
  '`',
  '\\',
  '\n',
  '}',
  '{',
  ')',
  '(',
  '|',
  '/',
  '#',
  ' or ',
  ' OR ',
  'x',
  '$a',
  ':',
  '*',
  ',',
  'é',
]

test('no value of a variable changes what a question asks beside it', () => {
  const random = randomOf(114)
  for (let round = 0; round < 2000; round++) {
    const value = Array.from({ length: 1 + random.below(8) }, () => random.pick(pieces)).join('')
    const choices = new Map([['v', { values: [value] }]])
    const promql = fillPromql('up{job="$v"} + 1', choices)
    const parsed = 'text' in promql ? parseExpression(promql.text) : undefined
    expect(parsed, JSON.stringify(value)).toMatchObject({
      kind: 'binary',
      left: { kind: 'vector-selector', matchers: expect.arrayContaining([{ name: 'job', operator: '=', value }]) },
    })
    const search = fillSearch('level:error path:$v | count by (service)', choices)
    const question = 'text' in search ? readQuestion(search.text) : undefined
    expect(question, JSON.stringify(value)).toMatchObject({ stages: [{}] })
  }
})
