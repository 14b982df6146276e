import { describe, expect, test } from 'vitest'
import { readRuleFile } from './read-rule-file.ts'
import { readUnitFile } from './unit/read-unit-file.ts'
import { runUnitFile } from './unit/run-unit-file.ts'

const ruleText = (rule: string): string =>
  `groups:\n  - name: g\n    rules:\n      - alert: A\n${rule.replace(/^/gm, '        ')}\n`

describe('a rule file with conditions', () => {
  test.each([
    ['search: level:error\nsignal: logs\nwindow: 5m\nthresholds: [{ above: 10 }]', undefined],
    ['search: level:error | count by (service) | where count > 3\nsignal: logs\nwindow: 5m', undefined],
    [
      'search: "* | p95(duration) by (name)"\nsignal: traces\nwindow: 5m\nthresholds: [{ above: 250ms, recovers_at: 200ms }]',
      undefined,
    ],
    [
      'expr: up\nthresholds: [{ severity: critical, below: 1 }]\nwindow: 5m\nmatch: all_the_time\nno_data: alert after 10m',
      undefined,
    ],
    [
      'search: "level:error | cuont"\nsignal: logs\nwindow: 5m\nthresholds: [{ above: 1 }]',
      /r.yml:5:32: the search is wrong: "cuont" is not a pipe/,
    ],
    ['search: level:error\nwindow: 5m\nthresholds: [{ above: 1 }]', /say which with "signal: logs"/],
    [
      'search: level:error\nsignal: metrics\nwindow: 5m\nthresholds: [{ above: 1 }]',
      /signal is "metrics" and can be logs, traces/,
    ],
    ['search: level:error\nsignal: logs\nthresholds: [{ above: 1 }]', /has no window/],
    ['search: level:error\nsignal: logs\nwindow: 5m', /nothing says when this is an alert/],
    ['search: a\nexpr: up\nsignal: logs\nwindow: 5m\nthresholds: [{ above: 1 }]', /both "expr" and "search"/],
    [
      'search: "a | count, p95(duration)"\nsignal: traces\nwindow: 5m\nthresholds: [{ above: 1 }]',
      /makes another, p95\(duration\)/,
    ],
    ['expr: up\nwindow: 5m', /"window" is of rules with "thresholds:" or a search/],
    ['expr: up\nmatch: last\nthresholds: [{ above: 1 }]', /has no window/],
    ['expr: up\nthresholds: [{ above: 1, below: 2 }]', /a threshold says one of above, below/],
    ['expr: up\nthresholds: [{ above: many }]', /above is "many" and is expected as a number/],
    ['expr: up\nthresholds: [{ above: 1, recovers_at: 2 }]', /recovers below it, and not at 2/],
    [
      'expr: up\nthresholds: [{ above: 1, severity: a }, { above: 2, severity: a }]',
      /two thresholds of the severity "a"/,
    ],
    ['expr: up\nthresholds: [{ above: 1 }]\nwindow: 5m\nstep: 2m\nmatch: last', /cannot be taken in steps of 120s/],
    [
      'expr: up\nthresholds: [{ above: 1 }]\nno_data: sometimes',
      /no_data is "sometimes" and is expected as ok, keep, or alert after 10m/,
    ],
    ['expr: up\nannotations: { summary: "{{ $threshold }}" }', /undefined variable/],
    ['expr: up\nthresholds: [{ above: 1 }]\nannotations: { summary: "{{ $value }} > {{ $threshold }}" }', undefined],
  ])('%j', (rule, wanted) => {
    const read = readRuleFile('r.yml', ruleText(rule))
    const errors = 'errors' in read ? read.errors.join('\n') : undefined
    if (wanted === undefined) expect(errors).toBeUndefined()
    else expect(errors).toMatch(wanted)
  })

  test('a rule that is disabled is checked and left out', () => {
    const read = readRuleFile('r.yml', ruleText('expr: up\ndisabled: true'))
    expect(read).toMatchObject({ groups: [{ rules: [] }] })
  })
})

/** What fires at each minute, as `minute: severity...`, of one rule and what its search finds. */
async function firing(
  rule: string,
  finds: string,
  minutes: Readonly<Record<number, string>>,
): Promise<readonly string[]> {
  const read = readRuleFile('r.yml', ruleText(`search: a | count by (service)\nsignal: logs\nwindow: 3m\n${rule}`))
  if ('errors' in read) throw new Error(read.errors.join('\n'))
  const tests = Object.entries(minutes).map(([minute, labels]) => ({
    eval_time: `${minute}m`,
    alertname: 'A',
    exp_alerts: labels === '' ? [] : labels.split(' & ').map((each) => ({ exp_labels: JSON.parse(each) })),
  }))
  const searches = finds.split('\n').map((line) => {
    const [series = '', values = ''] = line.split(' = ')
    return { search: 'a | count by (service)', series, values }
  })
  const file = readUnitFile(
    't.yml',
    JSON.stringify({ tests: [{ interval: '1m', input_searches: searches, alert_rule_test: tests }] }),
  )
  if ('errors' in file) throw new Error(file.errors.join('\n'))
  return runUnitFile(file, read.groups)
}

const shop = '{ "service": "shop" }'
const severe = (severity: string): string => `{ "service": "shop", "severity": "${severity}" }`

describe('a rule with a condition', () => {
  test.each<[string, string, string, Record<number, string>]>([
    [
      'is an alert of each threshold that is reached',
      'thresholds: [{ severity: critical, above: 20 }, { severity: warning, above: 10 }]',
      '{service="shop"} = 5 15 25 5',
      { 0: '', 1: severe('warning'), 2: `${severe('critical')} & ${severe('warning')}`, 3: '' },
    ],
    [
      'fires on until it has recovered',
      'thresholds: [{ above: 20, recovers_at: 10 }]',
      '{service="shop"} = 15 25 15 11 10 15',
      { 0: '', 1: shop, 2: shop, 3: shop, 4: '', 5: '' },
    ],
    [
      'looks at all steps of its window',
      'thresholds: [{ above: 1 }]\nmatch: all_the_time',
      '{service="shop"} = 2 2 1 2 2 2 2',
      { 2: shop, 3: '', 5: '', 6: shop },
    ],
    [
      'adds up what is in its window',
      'thresholds: [{ at_least: 6 }]\nmatch: in_total',
      '{service="shop"} = 2 2 2 1 1',
      { 2: '', 3: shop, 4: '' },
    ],
    ['waits for its time', 'thresholds: [{ above: 1 }]\nfor: 2m', '{service="shop"} = 2x5', { 1: '', 2: shop }],
    [
      'resolves a series that is missing',
      'thresholds: [{ above: 1 }]',
      '{service="shop"} = 2 2 _ _\n{service="web"} = 1x9',
      { 1: shop, 2: '' },
    ],
    ['resolves without data', 'thresholds: [{ above: 1 }]', '{service="shop"} = 2 _ _', { 0: shop, 1: '' }],
    [
      'keeps what it was without data',
      'thresholds: [{ above: 1 }]\nno_data: keep',
      '{service="shop"} = 2 _ _ 0',
      { 0: shop, 1: shop, 2: shop, 3: '' },
    ],
    [
      'tells that there is no data',
      'thresholds: [{ above: 1, severity: page }]\nno_data: alert after 2m',
      '{service="shop"} = 2 _ _ _ 0',
      {
        0: severe('page'),
        2: severe('page'),
        3: `${severe('page')} & { "no_data": "true", "severity": "page" }`,
        4: '',
      },
    ],
  ])('%s', async (_, rule, finds, minutes) => {
    const problems = await firing(rule, finds, minutes)
    expect(problems.filter((problem) => !problem.includes('finds no data'))).toEqual([])
  })
})
