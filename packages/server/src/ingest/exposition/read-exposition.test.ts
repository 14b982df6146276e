import { expect, test } from 'vitest'
import { readExposition } from './read-exposition.ts'

const scraped = `# HELP http_requests Requests\\nserved.
# TYPE http_requests counter
http_requests_total{method="GET",path="C:\\\\a"} 1027 1395066363.25 # {trace_id="ab"} 1 1395066362.5
# TYPE temperature gauge
temperature -Inf
# EOF
`

test('an OpenMetrics text gives its samples, exemplars and metadata', () => {
  expect(readExposition(scraped, 'openmetrics', true)).toEqual({
    samples: [
      {
        name: 'http_requests_total',
        labels: [
          ['method', 'GET'],
          ['path', 'C:\\a'],
        ],
        value: 1027,
        timestampMs: 1395066363250,
        exemplar: { labels: [['trace_id', 'ab']], value: 1, timestampMs: 1395066362500 },
      },
      { name: 'temperature', labels: [], value: -Infinity },
    ],
    metadata: new Map([
      ['http_requests', { help: 'Requests\nserved.', type: 'counter' }],
      ['temperature', { type: 'gauge' }],
    ]),
  })
})

test('the text format takes blanks anywhere and integer milliseconds', () => {
  const text = '  #  TYPE\tup  gauge\nup { job = "a" , }\t1  1395066363000\n'
  expect(readExposition(text, 'text', true)).toEqual({
    samples: [{ name: 'up', labels: [['job', 'a']], value: 1, timestampMs: 1395066363000 }],
    metadata: new Map([['up', { type: 'gauge' }]]),
  })
})

test('a quoted UTF-8 name is taken while scraping and refused by the strict formats', () => {
  const text = '{"http.requests","peer.service"="a"} 1\n'
  expect(readExposition(text, 'text', false)).toEqual({
    samples: [{ name: 'http.requests', labels: [['peer.service', 'a']], value: 1 }],
    metadata: new Map(),
  })
  expect(readExposition(text, 'text', true)).toHaveProperty('refused')
})

const refused: [text: string, dialect: 'text' | 'openmetrics', sentence: string][] = [
  ['a 1', 'text', 'line 1: the last line has no line feed at its end'],
  ['a{b="\\t"} 1\n', 'text', 'line 1: the escape sequence "\\t" is not known'],
  ['a{__name__="b"} 1\n', 'text', 'line 1: the label name "__name__" is reserved'],
  ['a{b=c} 1\n', 'text', 'line 1: expected a value in double quotes, found "c} 1"'],
  ['a 1 2 3\n', 'text', 'line 1: expected the end of the line after the timestamp, found "3"'],
  ['a 1\n# TYPE a gauge\n', 'text', 'line 2: TYPE of "a" comes after its samples'],
  ['# TYPE a-b gauge\n', 'text', 'line 1: expected a space before the text of TYPE, found "-b gauge"'],
  ['a 1\n', 'openmetrics', 'line 1: the last line must be "# EOF"'],
  ['a 1\n# EOF\na 2\n', 'openmetrics', 'line 3: nothing may follow "# EOF"'],
  ['a{b="1",b="2"} 1\n# EOF\n', 'openmetrics', 'line 1: the label "b" is given twice'],
  ['# TYPE a histogram\na_bucket{le="1"} 1\n# EOF\n', 'openmetrics', 'line 3: the bucket with le="+Inf" is missing'],
  ['# TYPE a counter\na_total 0x1p3\n# EOF\n', 'openmetrics', 'line 2: a value: "0x1p3" is not a number'],
]
test.each(refused)('%j is refused with its line and reason', (text, dialect, sentence) => {
  expect(readExposition(text, dialect, true)).toEqual({ refused: expect.stringContaining(sentence) })
})
