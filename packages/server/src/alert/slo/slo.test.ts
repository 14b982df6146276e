import { usualAlertWindows } from '@wakeline/analysis'
import { expect, test } from 'vitest'
import { ownRules, printRuleFile, sloGroups } from './print-rules.ts'
import { readSloFile } from './read-slo-file.ts'
import { readWindows } from './read-windows.ts'
import { type RulesOptions, sloRules } from './slo-rules.ts'

const options = { periodMs: 30 * 86_400_000, windowsOf: usualAlertWindows }
const read = (text: string) => readSloFile('slos.yml', text, options)

function slosOf(text: string) {
  const file = read(text)
  if ('errors' in file) throw new Error(file.errors.join('\n'))
  return file.slos
}

const rulesOf = (text: string, told: RulesOptions = ownRules('1')) => slosOf(text).flatMap((slo) => sloRules(slo, told))

const sloth = `version: "prometheus/v1"
service: api
labels: { owner: us }
slos:
  - name: ok
    objective: 99.99
    labels: { tier: "2" }
    sli:
      events:
        error_query: sum(rate(errors_total[{{.window}}]))
        total_query: sum(rate(requests_total[{{ .window }}]))
    alerting:
      name: Fails
      labels: { team: a }
      page_alert: { labels: { team: b } }
      ticket_alert: { disable: true }
`

test('an SLO of sloth makes its three groups, with labels of file, SLO and command line on what is recorded', () => {
  const groups = rulesOf(sloth, { ...ownRules('1'), extraLabels: { env: 'x' } })
  expect(groups.map(({ name, rules }) => [name, rules.length])).toEqual([
    ['sloth-slo-sli-recordings-api-ok', 8],
    ['sloth-slo-meta-recordings-api-ok', 7],
    ['sloth-slo-alerts-api-ok', 1],
  ])
  const id = { sloth_id: 'api-ok', sloth_service: 'api', sloth_slo: 'ok' }
  expect(groups[0]?.rules[0]).toEqual({
    record: 'slo:sli_error:ratio_rate5m',
    expr: '(sum(rate(errors_total[5m])))\n/\n((sum(rate(requests_total[5m]))) > 0)\n',
    labels: { ...id, sloth_window: '5m', owner: 'us', tier: '2', env: 'x' },
  })
  expect(groups[2]?.rules[0]?.labels).toEqual({ sloth_severity: 'page', team: 'b' })
})

test('the ratio is not guarded where rules of an older sloth are wanted', () => {
  const [group] = rulesOf(sloth, { ...ownRules('1'), guardsTotal: false })
  expect(group?.rules[0]?.expr).toBe('(sum(rate(errors_total[5m])))\n/\n(sum(rate(requests_total[5m])))\n')
})

test('what is printed is what runs', () => {
  const [slo] = slosOf(sloth)
  if (slo === undefined) throw new Error('no SLO')
  const run = sloGroups(slo, ownRules('1'))
  expect('groups' in run && run.groups.map(({ file, name }) => [file, name])).toEqual([
    ['slos.yml', 'sloth-slo-sli-recordings-api-ok'],
    ['slos.yml', 'sloth-slo-meta-recordings-api-ok'],
    ['slos.yml', 'sloth-slo-alerts-api-ok'],
  ])
  expect(printRuleFile(sloRules(slo, ownRules('1')))).toContain('- record: slo:sli_error:ratio_rate30d')
})

test('requests of our own format ask what OpenTelemetry measures, and say when there is nothing', () => {
  const groups = rulesOf(`version: wakeline/v1
service: shop.web
slos:
  - name: ok
    objective: 99
    period: 7d
    sli: { requests: { operation: "POST /orders" } }
    alerting: { name: Fails, min_errors: 5, page_alert: { disable: true } }
  - name: fast
    objective: 95
    sli: { requests: { faster_than: 1s } }
    alerting: { name: Slow, absent_alert: { for: 30m } }
`)
  const own = 'http_server_request_duration_seconds'
  const orders = 'job=~"(.+/)?shop\\\\.web",http_request_method="POST",http_route="/orders"'
  expect(groups[0]?.rules[0]?.expr).toBe(
    `(sum(rate(${own}_count{${orders},http_response_status_code=~"5.."}[5m])) or vector(0))\n/\n((sum(rate(${own}_count{${orders}}[5m]))) > 0)\n`,
  )
  const [ticket, absent] = groups[2]?.rules ?? []
  expect(ticket?.expr).toContain('[1d])) or vector(0)) * 86400 >= 5')
  expect([absent?.alert, absent?.for, absent?.expr]).toEqual([
    'FailsAbsent',
    '10m',
    `absent(sum(rate(${own}_count{${orders}}[5m])))`,
  ])
  expect(groups[3]?.rules[0]?.expr).toContain('le=~"1(\\\\.0)?"')
  expect(groups[5]?.rules.map((rule) => [rule.alert, rule.for])).toEqual([
    ['Slow', undefined],
    ['Slow', undefined],
    ['SlowAbsent', '30m'],
  ])
})

test('OpenSLO refers to an SLI of the same file, and each objective is an SLO', () => {
  const slos = slosOf(`apiVersion: openslo/v1
kind: SLO
metadata: { name: web-ok }
spec:
  service: web
  indicatorRef: good
  timeWindow: [{ duration: 28d, isRolling: true }]
  objectives: [{ target: 0.99 }, { targetPercent: 95 }]
---
apiVersion: openslo/v1
kind: SLI
metadata: { name: good }
spec:
  ratioMetric:
    counter: true
    bad: { metricSource: { type: Prometheus, spec: { query: 'http_requests_total{code=~"5.."}' } } }
    total: { metricSource: { type: Prometheus, spec: { query: http_requests_total } } }
`)
  expect(slos.map(({ id, objective, windows }) => [id, objective, windows.periodMs / 86_400_000])).toEqual([
    ['web-web-ok-0', 99, 28],
    ['web-web-ok-1', 95, 28],
  ])
  expect(slos[0]?.sli).toMatchObject({ errorQuery: 'sum(rate(http_requests_total{code=~"5.."}[{{.window}}]))' })
  expect(slos[0]?.page).toBeUndefined()
})

const withSlo = (slo: string, version = 'prometheus/v1'): string =>
  `version: ${version}\nservice: api\nslos:\n  - name: ok\n    objective: 99\n${slo}`
const off = '    alerting: { page_alert: { disable: true }, ticket_alert: { disable: true } }\n'
const raw = '    sli: { raw: { error_ratio_query: "a[{{.window}}]" } }\n'

test.each<[string, string, string]>([
  ['nothing', '# nothing\n', 'slos.yml: there is nothing in it; begin with version: prometheus/v1'],
  ['another version', 'version: v9\n', 'slos.yml:1:10: version is "v9"; begin with'],
  [
    'no SLI',
    withSlo(`    sli: {}\n${off}`),
    '6:10: an SLO has one SLI, and there is none; give one of "events:" and "raw:"',
  ],
  [
    'a query without its window',
    withSlo(`    sli: { raw: { error_ratio_query: a } }\n${off}`),
    '6:38: error_ratio_query has no {{.window}}',
  ],
  [
    'a query that is none',
    withSlo(`    sli: { raw: { error_ratio_query: "sum(a[{{.window}}]" } }\n${off}`),
    'is not PromQL: unclosed left parenthesis',
  ],
  [
    'another template',
    withSlo(`    sli: { raw: { error_ratio_query: "a[{{.window}}] + {{.b}}" } }\n${off}`),
    'a template that is not {{.window}}',
  ],
  ['alerts without a name', withSlo(raw), '4:5: its alerts have no name; give one with "name:"'],
  ['a plugin', withSlo(`    sli: { plugin: { id: x } }\n${off}`), 'plugins are programs of sloth and are not run here'],
  [
    'what is of our own format',
    withSlo(`    sli: { requests: {} }\n${off}`),
    '"requests" is of our own format; say version: wakeline/v1 on top',
  ],
  ['a period of its own', withSlo(`    period: 7d\n${raw}${off}`), '6:5: "period" is of our own format'],
  [
    'a bound that is none',
    withSlo('    sli: { requests: { faster_than: 300ms } }\n    alerting: { name: A }\n', 'wakeline/v1'),
    'faster_than is counted in buckets, which end at 5ms',
  ],
  ['an unknown name', withSlo(`    target: 1\n${raw}${off}`), '6:5: there is no "target" in an SLO'],
  [
    'the same SLO in a second document',
    `${withSlo(raw + off)}---\n${withSlo(raw + off)}`,
    'slos.yml:12: the SLO "api-ok" is there twice',
  ],
])('%s is refused with its place and what to do', (_, text, why) => {
  const file = read(text)
  expect('errors' in file && file.errors.join('\n')).toContain(why)
})

test('tables of windows are read, and refused when one is missing', () => {
  const table = (page: string) => `apiVersion: sloth.slok.dev/v1
kind: AlertWindows
spec:
  sloPeriod: 7d
  page:
    quick: { errorBudgetPercent: 8, shortWindow: 5m, longWindow: 1h }
    ${page}
  ticket:
    quick: { errorBudgetPercent: 20, shortWindow: 2h, longWindow: 1d }
    slow: { errorBudgetPercent: 42, shortWindow: 6h, longWindow: 3d }
`
  const slow = 'slow: { errorBudgetPercent: 12.5, shortWindow: 30m, longWindow: 6h }'
  expect(readWindows('7d.yaml', table(slow))).toEqual(usualAlertWindows(7 * 86_400_000))
  expect(readWindows('7d.yaml', table(''))).toEqual({
    errors: ['Cannot read 7d.yaml:6:5: "slow:" is missing; give errorBudgetPercent, shortWindow and longWindow.'],
  })
})
