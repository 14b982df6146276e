import { expect, test } from 'vitest'
import { importGrafana } from './import-grafana.ts'

const take = (written: unknown) => {
  const imported = importGrafana(written)
  if ('error' in imported) throw new Error(imported.error)
  const { dashboard, notTaken } = imported
  return { ...dashboard, notTaken: notTaken.map(({ at, message }) => `${at}: ${message}`) }
}
const place = (x: number, y: number, w: number, h: number) => ({ gridPos: { x, y, w, h } })
const prometheus = { datasource: { type: 'prometheus', uid: 'p' } }

test('a dashboard of Grafana keeps its panels where they were, with questions, units and thresholds', () => {
  const taken = take({
    schemaVersion: 41,
    title: 'Shop',
    time: { from: 'now-6h', to: 'now' },
    panels: [
      {
        type: 'stat',
        title: 'Errors',
        ...place(12, 0, 6, 4),
        fieldConfig: {
          defaults: {
            unit: 'percentunit',
            thresholds: {
              mode: 'absolute',
              steps: [
                { color: 'green', value: null },
                { color: 'red', value: 0.1 },
              ],
            },
          },
        },
        targets: [{ ...prometheus, refId: 'A', expr: 'sum(x{job="[[job]]"})', legendFormat: '{{job}}' }],
      },
      {
        type: 'graph',
        title: 'Rate',
        ...place(0, 0, 12, 8),
        stack: true,
        yaxes: [{ format: 'reqps' }],
        targets: [{ expr: 'rate(x[$__rate_interval])', legendFormat: '__auto' }],
      },
      {
        type: 'row',
        title: 'More',
        ...place(0, 9, 24, 1),
        panels: [{ type: 'text', title: '', ...place(0, 10, 24, 2), options: { content: 'a<br>b' } }],
      },
    ],
    templating: {
      list: [{ type: 'query', name: 'job', query: 'label_values(up{a="b"}, job)', current: { value: 'web' } }],
    },
  })
  expect(taken).toEqual({
    title: 'Shop',
    last: '6h',
    variables: [{ name: 'job', values: { is: 'label', label: 'job', of: 'up{a="b"}' }, initial: ['web'] }],
    panels: [
      {
        title: 'Rate',
        kind: 'timeseries',
        width: 12,
        height: 8,
        questions: [{ ask: 'rate(x[$__rate_interval])', of: 'metrics' }],
        unit: '/s',
        stacked: true,
      },
      {
        title: 'Errors',
        kind: 'value',
        width: 6,
        height: 4,
        questions: [{ ask: `sum(x{job="\${job}"})`, of: 'metrics', legend: '{{job}}' }],
        unit: 'ratio',
        thresholds: [{ is: 'ok' }, { from: 0.1, is: 'error' }],
      },
      { title: 'More', kind: 'heading', width: 24, height: 1 },
      { title: '', kind: 'text', width: 24, height: 2, text: 'a\nb' },
    ],
    notTaken: [],
  })
})

test('what cannot be taken is told panel by panel, and something stands in its place', () => {
  const taken = take({
    schemaVersion: 41,
    title: 'Rest',
    panels: [
      { type: 'heatmap', title: 'Heat', ...place(0, 0, 12, 8) },
      {
        type: 'timeseries',
        title: 'Lines',
        ...place(12, 0, 12, 8),
        targets: [{ datasource: { type: 'loki' }, refId: 'A', expr: '{a="b"}' }],
      },
      {
        type: 'stat',
        title: 'Mean',
        ...place(0, 8, 6, 4),
        repeat: 'job',
        transformations: [{ id: 'organize' }],
        fieldConfig: { defaults: { unit: 'furlongs' }, overrides: [{}] },
        options: { reduceOptions: { calcs: ['mean'] } },
        targets: [
          { refId: 'A', expr: 'sum(x' },
          { refId: 'B', expr: 'y', hide: true },
        ],
      },
    ],
    templating: {
      list: [
        { type: 'adhoc', name: 'filters' },
        { type: 'query', name: 'q', query: 'query_result(x)' },
      ],
    },
  })
  expect(taken.panels.map(({ kind }) => kind)).toEqual(['text', 'text', 'value'])
  expect(taken.notTaken).toEqual([
    'variable $filters: variables of type "adhoc" are not known here',
    'variable $q: its query "query_result(x)": values are those of a label, as label_values(up, job)',
    'panel "Heat": there are no panels of type "heatmap" here',
    'panel "Lines": its question A, which asks loki and no Prometheus',
    'panel "Lines": it asks nothing that can be asked here',
    'panel "Mean": it is repeated for each value of $job: it stands here once',
    'panel "Mean": its question B, which is hidden',
    'panel "Mean": its transformations (organize)',
    'panel "Mean": 1 of its fields have looks of their own',
    'panel "Mean": its value is the mean: here it is the last',
    'panel "Mean": its unit "furlongs": the numbers are shown bare',
    'panel "Mean": Cannot read this PromQL: 1:6: parse error: unclosed left parenthesis',
  ])
})

test.each([
  [
    { type: 'custom', query: 'a, b\\,c, Label : d', multi: true },
    { is: 'list', list: ['a', 'b,c', 'd'] },
  ],
  [
    { type: 'custom', query: 'All : .*,web', includeAll: true },
    { is: 'list', list: ['web'] },
  ],
  [
    { type: 'interval', query: '1m,10m' },
    { is: 'list', list: ['1m', '10m'] },
  ],
  [
    { type: 'constant', query: 'prod' },
    { is: 'list', list: ['prod'] },
  ],
  [
    { type: 'query', query: { query: 'label_values(job)' } },
    { is: 'label', label: 'job' },
  ],
  [
    { type: 'query', query: 'label_values(a{b=~"$c"}, d)' },
    { is: 'label', label: 'd', of: 'a{b=~"$c"}' },
  ],
  [
    { type: 'query', query: 'x_total', regex: '/.*service.name=\\"([^\\"]+)\\".*/' },
    { is: 'label', label: 'service_name', of: 'x_total' },
  ],
  [
    { type: 'query', query: 'metrics(http_)' },
    { is: 'label', label: '__name__', of: '{__name__=~".*(?:http_).*"}' },
  ],
])('a variable is taken: %j', (written, values) => {
  const c = { type: 'constant', name: 'c', query: 'x' }
  const { variables = [] } = take({
    schemaVersion: 1,
    panels: [],
    templating: { list: [c, { name: 'v', ...written }] },
  })
  expect(variables[1]?.values).toEqual(values)
})

test('rows of before Grafana 5 are laid out as they were', () => {
  const { panels } = take({
    title: 'Old',
    rows: [
      {
        title: 'Traffic',
        height: '250px',
        panels: [{ type: 'singlestat', title: 'Now', span: 3, thresholds: '50,80', targets: [{ expr: 'x' }] }],
      },
    ],
  })
  expect(panels).toMatchObject([
    { kind: 'heading', title: 'Traffic' },
    {
      kind: 'value',
      width: 6,
      height: 7,
      thresholds: [{ is: 'ok' }, { from: 50, is: 'warn' }, { from: 80, is: 'error' }],
    },
  ])
})

test('what is no dashboard of Grafana’s is refused', () => {
  expect(importGrafana([1])).toMatchObject({ error: expect.stringContaining('neither panels') })
})
