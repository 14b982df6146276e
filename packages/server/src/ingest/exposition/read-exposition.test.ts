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

test('a quoted UTF-8 name is of the text format, and of OpenMetrics while scraping', () => {
  const text = '{"http.requests","peer.service"="a"} 1\n# EOF\n'
  const read = { samples: [{ name: 'http.requests', labels: [['peer.service', 'a']], value: 1 }], metadata: new Map() }
  expect(readExposition(text, 'text', true)).toEqual(read)
  expect(readExposition(text, 'openmetrics', false)).toEqual(read)
  expect(readExposition(text, 'openmetrics', true)).toHaveProperty('refused')
})

test('what begins as metadata and says nothing is a comment of the text format', () => {
  const text = '# HELP\n# TYPE \n# HELP a\n# HELP a \n# TYPE a\n# TYPE a gauge_histogram\n'
  expect(readExposition(text, 'text', true)).toEqual({
    samples: [],
    metadata: new Map([['a', { type: 'gaugehistogram' }]]),
  })
})

test('an escape sequence that is none stands for itself while scraping', () => {
  const text = 'a{path="C:\\temp\\\\new"} 1\n'
  expect(readExposition(text, 'text', false)).toMatchObject({ samples: [{ labels: [['path', 'C:\\temp\\new']] }] })
})

const scrapedAlike: [text: string, dialect: 'text' | 'openmetrics', labels: [string, string][] | 'refused'][] = [
  [
    'a{b="C",d="x\ny\\"\n"} 1\n',
    'text',
    [
      ['b', 'C'],
      ['d', 'x\ny"\n'],
    ],
  ],
  [
    'a { b = "1" d = "2" } 1\n',
    'text',
    [
      ['b', '1'],
      ['d', '2'],
    ],
  ],
  ['a{b="C",} 1\n# EOF\n', 'openmetrics', [['b', 'C']]],
  [`a_total 1 # {b="${'x'.repeat(200)}"} 1\n# EOF\n`, 'openmetrics', []],
  ['a{b="x\ny"} 1\n# EOF\n', 'openmetrics', 'refused'],
  ['a{b="1",,} 1\n', 'text', 'refused'],
  ['a{b="1"} 1\n', 'openmetrics', 'refused'],
  ['# EOF\na{b="1"} 1\n', 'openmetrics', 'refused'],
  ['{"",b="1"} 1\n', 'text', 'refused'],
]
test.each(scrapedAlike)('%j is taken or refused while scraping as Prometheus does', (text, dialect, labels) => {
  const read = readExposition(text, dialect, false)
  if (labels === 'refused') expect(read).toHaveProperty('refused')
  else expect(read).toMatchObject({ samples: [{ labels }] })
  if (labels !== 'refused') expect(readExposition(text, dialect, true)).toHaveProperty('refused')
})

test('a sentence names the line its sample begins in, behind values with line feeds too', () => {
  const text = 'a{b="1\n2\n3"} 1\na{b="\n"} x\n'
  expect(readExposition(text, 'text', false)).toEqual({ refused: expect.stringContaining('line 4: a value: "x"') })
})

test('in OpenMetrics a counter may have begun before 1970', () => {
  const text = '# TYPE a counter\na_total 1\na_created -1\n# EOF\n'
  expect(readExposition(text, 'openmetrics', true)).toMatchObject({ samples: [{}, { value: -1 }] })
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
  ['a{"b"} 1\n', 'text', 'line 1: the sample has two metric names'],
  ['# TYPE a histogram\na_count -1\n', 'text', 'line 2: "a_count" may not be negative'],
  ['a 1\na 1\n# EOF\n', 'openmetrics', 'line 2: "a" is given twice for one label set, without timestamps'],
  ['a{b="1",c="2"} 1\na{c="2",b="1"} 2\n# EOF\n', 'openmetrics', 'line 2: "a" is given twice'],
  ['# TYPE a counter\na_total 1\na_created NaN\n# EOF\n', 'openmetrics', 'line 3: "a_created" must be finite'],
  ['a{b="\\', 'openmetrics', 'line 1: a quoted value has no closing quote'],
  ['# TYPE a gauge_histogram\n# EOF\n', 'openmetrics', 'line 1: the type "gauge_histogram" of "a" is not known'],
  [
    '# TYPE a summary\na_sum{quantile="1"} 1\na_sum 1\na_sum{quantile="1"} 2\n# EOF\n',
    'openmetrics',
    'do not stand together',
  ],
  ['# TYPE a counter\na_total 0x1p3\n# EOF\n', 'openmetrics', 'line 2: a value: "0x1p3" is not a number'],
]
test.each(refused)('%j is refused with its line and reason', (text, dialect, sentence) => {
  expect(readExposition(text, dialect, true)).toEqual({ refused: expect.stringContaining(sentence) })
})

test('bounds are written alike while scraping, and as they are in the strict mode', () => {
  const bounds = (type: string, label: string, values: readonly string[], strict: boolean): unknown => {
    const lines = values.map((value) => `a_bucket{${label}="${value}"} 1\n`).join('')
    const read = readExposition(`# TYPE a ${type}\n${lines}`, 'text', strict)
    return 'refused' in read ? read.refused : read.samples.map(({ labels }) => labels[0]?.[1])
  }
  const given = ['1', '1.0', '0.10', '-0', '1e-5', '1000000', '100000', '1e21', '0.00025', '+inf', 'nan', 'x']
  const even = ['1.0', '1.0', '0.1', '0.0', '1e-05', '1e+06', '100000.0', '1e+21', '0.00025', '+Inf', 'NaN', 'x']
  expect(bounds('histogram', 'le', given, false)).toEqual(even)
  expect(bounds('summary', 'quantile', given, false)).toEqual(even)
  expect(bounds('gauge', 'le', given, false)).toEqual(given)
  expect(bounds('histogram', 'le', ['1', '1.0'], true)).toEqual(['1', '1.0'])
})

test.each([
  ['a 1e400\n', 'is not a number'],
  ['a 1 \n', 'expected a timestamp'],
  ['# HELP a C:\\temp\n', 'no escape sequence'],
  ['a 1 2 \n', 'expected the end of the line after the timestamp, found blanks'],
  ['{""} 1\n', 'a name in quotes is empty'],
  ['a{""="b"} 1\n', 'a name in quotes is empty'],
  ['a{b:c="1",b="2"} 1\n', 'expected "=" after the label name "b"'],
  ['# TYPE a stateset\n', 'the type "stateset" of "a" is not known'],
  ['# TYPE a gauge\r\n', 'is not known'],
  ['# TYPE a gaugehistogram\na_bucket{le="1"} -1\n', 'may not be negative'],
  ['# TYPE a summary\na_sum 1\n# TYPE a_count gauge\n', 'a second TYPE line for "a"'],
])('the strict text format refuses %j', (text, why) => {
  expect(readExposition(text, 'text', true)).toEqual({ refused: expect.stringContaining(why) })
})

test('while scraping a blank may end a line, and help text has any backslash', () => {
  expect(readExposition('# HELP a C:\\temp\na 1 \n', 'text', false)).toMatchObject({
    samples: [{ name: 'a', value: 1 }],
  })
})
