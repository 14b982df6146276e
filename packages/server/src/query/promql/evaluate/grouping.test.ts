import { expect, test } from 'vitest'
import { type Grouping, groupsOf, withoutMetadata } from './grouping.ts'
import { labelsFrom, labelsText } from './labels.ts'

const all = [
  { __name__: 'x', job: 'a', le: '1' },
  { __name__: 'x', job: 'b', le: '1' },
  { __name__: 'y', job: 'a', le: '2' },
  { __name__: 'x', job: 'a' },
].map((labels) => ({ labels: labelsFrom(Object.entries(labels)) }))

const by = (...grouping: string[]): Grouping => ({ without: false, grouping })
const without = (...grouping: string[]): Grouping => ({ without: true, grouping })

test.each([
  ['by nothing', by(), ['{}'], [0, 0, 0, 0]],
  ['by one label', by('job'), ['{job="a"}', '{job="b"}'], [0, 1, 0, 0]],
  [
    'by two labels, of which one may be missing',
    by('le', 'job'),
    ['{job="a", le="1"}', '{job="b", le="1"}', '{job="a", le="2"}', '{job="a"}'],
    [0, 1, 2, 3],
  ],
  ['by a label that none has', by('pod'), ['{}'], [0, 0, 0, 0]],
  ['by a name that is gone', withoutMetadata(by('__name__', 'job')), ['{job="a"}', '{job="b"}'], [0, 1, 0, 0]],
  ['without one label', without('le'), ['{job="a"}', '{job="b"}'], [0, 1, 0, 0]],
  ['without a name that is gone', withoutMetadata(without('job')), ['{le="1"}', '{le="2"}', '{}'], [0, 0, 1, 2]],
])('series are grouped %s', (_, grouping, groups, of) => {
  const grouped = groupsOf(all, grouping)
  expect(grouped.groups.map(labelsText)).toEqual(groups)
  expect([...grouped.of]).toEqual(of)
})
