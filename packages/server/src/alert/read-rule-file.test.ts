import { expect, test } from 'vitest'
import { readRuleFile } from './read-rule-file.ts'

const errorsOf = (text: string): readonly string[] => {
  const read = readRuleFile('rules.yml', text)
  return 'errors' in read ? read.errors : []
}

test('groups and rules are read with their times, and labels of the group under those of the rule', () => {
  const text = [
    'groups:',
    '  - name: web',
    '    interval: 30s',
    '    query_offset: 1m',
    '    limit: 5',
    '    labels: { team: web, severity: info }',
    '    rules:',
    '      - record: job:up:sum',
    '        expr: sum by (job) (up)',
    '      - alert: Down',
    '        expr: up == 0',
    '        for: 5m',
    '        keep_firing_for: 90s',
    '        labels: { severity: "{{ $labels.job }}" }',
    '        annotations: { summary: down }',
  ].join('\n')
  const read = readRuleFile('rules.yml', text)
  expect(read).toMatchObject({
    groups: [
      {
        file: 'rules.yml',
        name: 'web',
        intervalMs: 30_000,
        queryOffsetMs: 60_000,
        limit: 5,
        rules: [
          {
            kind: 'record',
            name: 'job:up:sum',
            text: 'sum by (job) (up)',
            line: 8,
            labels: [
              ['severity', 'info'],
              ['team', 'web'],
            ],
          },
          {
            kind: 'alert',
            name: 'Down',
            holdMs: 300_000,
            keepFiringMs: 90_000,
            labels: [
              { name: 'severity', text: '{{ $labels.job }}' },
              { name: 'team', text: 'web' },
            ],
            annotations: [{ name: 'summary', text: 'down' }],
          },
        ],
      },
    ],
  })
})

const rule = (...lines: string[]): string => ['groups:', '  - name: g', '    rules:', ...lines].join('\n')

test.each<[string, string, string]>([
  ['an empty file', '', ''],
  ['a group without rules', 'groups: [{ name: g }]', ''],
  ['anchors', rule('      - &down { alert: A, expr: up }', '      - *down'), ''],
  [
    'a name twice',
    'groups: [{ name: g }, { name: g }]',
    'Cannot read rules.yml:1:31: the group "g" is there twice; give each its own name.',
  ],
  [
    'an unknown word',
    'groups: [{ name: g, every: 5m }]',
    'Cannot read rules.yml:1:21: there is no "every" in a group.',
  ],
  [
    'no expression',
    rule('      - alert: A'),
    'Cannot read rules.yml:4:9: a rule has no expression; write one in PromQL under "expr:", or a search under "search:".',
  ],
  [
    'a wrong expression in a block',
    rule('      - alert: A', '        expr: |', '          sum(up)', '            + rate(up)'),
    'Cannot read rules.yml:7:20: the expression is not PromQL: expected type range vector in call to function "rate", got instant vector.',
  ],
  [
    'an unknown function in a template',
    rule(
      '      - alert: A',
      '        expr: up',
      '        annotations:',
      '          summary: "at {{ $value | humanise }}"',
    ),
    'Cannot read rules.yml:7:36: the template of annotation "summary" is wrong: function "humanise" not defined.',
  ],
  [
    'a wait of a recording rule',
    rule('      - record: a', '        expr: up', '        for: 5m'),
    'Cannot read rules.yml:6:14: "for" is of alerts and not of a recording rule; leave it out.',
  ],
  [
    'labels in the name of a metric',
    rule('      - record: a{b="c"}', '        expr: up'),
    'Cannot read rules.yml:4:17: "a{b="c"}" cannot be the name of a metric; labels go under "labels:", conditions into "expr:".',
  ],
  [
    'both kinds',
    rule('      - { alert: A, record: b, expr: up }'),
    'Cannot read rules.yml:4:9: a rule has both "record" and "alert"; leave one of them out.',
  ],
  [
    'no kind',
    rule('      - { expr: up }'),
    'Cannot read rules.yml:4:9: a rule has neither "record" nor "alert"; give it one with its name.',
  ],
  [
    'a wrong time',
    rule('      - { alert: A, expr: up, for: soon }'),
    'Cannot read rules.yml:4:36: for is "soon" and is expected as a time such as 30s or 1m30s.',
  ],
  [
    'YAML that is none',
    'groups: [',
    'Cannot read rules.yml:1:10: Flow sequence in block collection must be sufficiently indented and end with a ].',
  ],
])('%s', (_, text, error) => {
  expect(errorsOf(text).join(' ')).toBe(error)
})
