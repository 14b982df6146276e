import { expect, test } from 'vitest'
import { readRuleFile } from '../read-rule-file.ts'
import { readUnitFile } from './read-unit-file.ts'
import { runUnitFile } from './run-unit-file.ts'

const rules = `
groups:
  - name: web
    rules:
      - record: job:up:sum
        expr: sum by (job) (up)
      - alert: AllDown
        expr: job:up:sum == 0
        for: 2m
        keep_firing_for: 1m
        labels: { severity: page, region: '{{ $externalLabels.region }}' }
        annotations: { summary: 'All of {{ $labels.job }} are down, {{ "up" | query | len }} in all' }
`

async function problemsOf(test: string): Promise<readonly string[]> {
  const read = readRuleFile('rules.yml', rules)
  const file = readUnitFile('tests.yml', `rule_files: [rules.yml]\ntests:\n${test}`)
  if ('errors' in read) return read.errors
  return 'errors' in file ? file.errors : runUnitFile(file, read.groups)
}

const series = `
  - external_labels: { region: eu }
    input_series:
      - { series: 'up{job="api",instance="1"}', values: '1 0x5 1x5' }
      - { series: 'up{job="api",instance="2"}', values: '0x11' }
`
const fires = `{ exp_labels: { job: api, severity: page, region: eu }, exp_annotations: { summary: 'All of api are down, 2 in all' } }`

test('rules that build upon one another are as the tests say, minute by minute', async () => {
  const at = (time: string, alerts: string): string =>
    `      - { eval_time: ${time}, alertname: AllDown, exp_alerts: [${alerts}] }\n`
  const alerts = at('2m59s', '') + at('3m', fires) + at('6m', fires) + at('7m', fires) + at('8m', '')
  const expressions = `    promql_expr_test:
      - { expr: 'job:up:sum', eval_time: 8m, exp_samples: [{ labels: 'job:up:sum{job="api"}', value: 1 }] }
      - { expr: 'ALERTS_FOR_STATE', eval_time: 3m, exp_samples: [{ labels: 'ALERTS_FOR_STATE{alertname="AllDown",job="api",region="eu",severity="page"}', value: 60 }] }
      - { expr: 'ALERTS', eval_time: 8m, exp_samples: [] }
`
  expect(await problemsOf(`${series}    alert_rule_test:\n${alerts}${expressions}`)).toEqual([])
})

test('what is otherwise is told with its line', async () => {
  const problems = await problemsOf(`${series}    alert_rule_test: [{ eval_time: 3m, alertname: AllDown }]
    promql_expr_test: [{ expr: sum(up), eval_time: 1m, exp_samples: [{ value: 2 }] }]
`)
  expect(problems).toEqual([
    expect.stringMatching(
      /^line 8: alertname AllDown at 180s\n {2}expected\n {4}none\n {2}got\n {4}\{alertname="AllDown", job="api"/,
    ),
    'line 9: sum(up) at 60s\n  expected\n    {} 2\n  got\n    {} 0',
  ])
})

test.each<[string, string]>([
  ["  - { input_series: [{ series: 'up{', values: 1 }] }", 'Cannot read tests.yml:3:22: cannot read labels in "up{".'],
  [
    '  - { alert_rule_test: [{ eval_time: 1m }] }',
    'Cannot read tests.yml:3:25: a test of alerts has no alertname; say which alert it is of.',
  ],
  ['  - { intervall: 1m }', 'Cannot read tests.yml:3:7: there is no "intervall" in a test.'],
])('a file of tests with a mistake is refused with its place: %s', async (text, error) => {
  expect(await problemsOf(text)).toEqual([error])
})
