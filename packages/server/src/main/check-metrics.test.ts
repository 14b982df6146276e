import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { checkMetrics } from './check-metrics.ts'

const hasPromtool = spawnSync('promtool', ['--version']).status === 0

const texts: [string, string][] = [
  ['good', '# HELP a_total All.\n# TYPE a_total counter\na_total 1\n'],
  ['no help', '# TYPE a_total counter\na_total 1\n'],
  ['a counter without its suffix', '# HELP a All.\n# TYPE a counter\na 1\n'],
  [
    'a gauge with a suffix of others',
    '# HELP a_total x\n# TYPE a_total gauge\na_total 1\n# HELP b_sum x\n# TYPE b_sum gauge\nb_sum{le="1"} 1\n',
  ],
  [
    'units',
    '# HELP a_milliseconds x\n# TYPE a_milliseconds gauge\na_milliseconds 1\n# HELP b_ms x\n# TYPE b_ms gauge\nb_ms 1\n',
  ],
  [
    'names',
    '# HELP aB x\n# TYPE aB gauge\naB{cD="x"} 1\n# HELP a:b x\n# TYPE a:b gauge\na:b 1\n# HELP x_gauge x\n# TYPE x_gauge gauge\nx_gauge 1\n',
  ],
  ['a histogram', '# HELP h x\n# TYPE h histogram\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n'],
  ['a bad line', 'a{b=c} 1\n'],
  ['no line feed', 'a 1'],
  ['comments that begin as metadata do', '# HELP\n# TYPE\n# HELP a\n# HELP a\n# TYPE a\n# HELP a x\na 1\n'],
  ['a name that is none', '# HELP a-b\na 1\n'],
  ['a series given twice', '# HELP a x\n# TYPE a gauge\na 1\na 2\n'],
  ['a summary', '# HELP s x\n# TYPE s summary\ns{quantile="0.5"} 1\ns_sum 1\ns_count 1\n'],
]

test.skipIf(!hasPromtool).each(texts)('%s is judged as promtool judges it', (_, text) => {
  const { status, stderr, stdout } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })
  const checked = checkMetrics(Buffer.from(text), undefined)
  if ('refused' in checked) {
    expect(status).toBe(1)
    return
  }
  const theirs = `${stderr}${stdout}`
    .split('\n')
    .filter((line) => line !== '')
    .sort()
  expect(checked.problems.map(({ metric, text: problem }) => `${metric} ${problem}`).sort()).toEqual(theirs)
})

test('OpenMetrics is told by its end, and its counters need no suffix', () => {
  const text = '# HELP a All.\n# TYPE a counter\na_total 1\n# EOF\n'
  expect(checkMetrics(Buffer.from(text), undefined)).toEqual({ samples: 1, families: 1, problems: [] })
  expect(checkMetrics(Buffer.from(text), 'text')).toMatchObject({ problems: [{ metric: 'a' }, { metric: 'a_total' }] })
})

test('what is not UTF-8 is refused', () => {
  expect(checkMetrics(Buffer.from('a{b="\xbd"} 1\n', 'latin1'), undefined)).toMatchObject({
    refused: 'Cannot read the exposition: it is not UTF-8',
  })
})
