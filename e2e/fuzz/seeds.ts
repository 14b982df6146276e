import { WireWriter } from '@wakeline/protocol'
import { otlpJsonToProtobuf, type Signal } from '../../packages/server/src/ingest/decode/otlp-json.ts'
import { randomRequests } from '../../packages/server/src/ingest/decode/random-request.case.ts'
import { writeRequest1, writeRequest2 } from '../../packages/server/src/ingest/decode/remote-write-request.case.ts'
import { atOnce } from '../../packages/server/src/ingest/in-turns.ts'

/** What fuzzing begins from: whole inputs of every kind, and the words of each language. */

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

export const telemetryWords = [
  'service.name',
  'password',
  'http.method',
  'Bearer abcdefghijklmnopqrst',
  '{"level":"warn","a":{"b":1}}',
  '\u0000',
  '\ufeff',
  'é',
]
export const jsonWords = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ':',
  ',',
  'null',
  'true',
  '1e999',
  '-0',
  '9223372036854775808',
  '"\\ud800"',
  '\\',
  '"time"',
  '"level"',
  '__proto__',
  '{"a":'.repeat(40),
  '[[[[[[[[',
]
export const syslogWords = [
  '<34>',
  '1 ',
  '-',
  '[a b="c"]',
  'Jan 31 12:00:00',
  '2026-01-31T12:00:00.5Z',
  '\\"',
  ']',
  '\ufeff',
  '<999>',
]
export const statsdWords = [':', '|', '|c', '|ms', '|@0.1', '|#a:b', '1e308', '-', ';a=b', ',', '\n', 'nan']
export const expositionWords = [
  '# TYPE ',
  '# HELP ',
  '# EOF\n',
  ' counter\n',
  ' histogram\n',
  '{le="+Inf"}',
  ' # {a="b"} 1 1',
  'NaN',
  '+Inf',
  '\\n',
  '"',
  '\n',
  '1e400',
  '_bucket',
  '_total',
]
export const configWords = [
  'scrape_configs:',
  '- ',
  'job_name: a\n',
  'regex: "(a',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is Prometheus' own placeholder.
  'replacement: "${1}"',
  'static_configs:',
  '&a ',
  '*a',
  '!!binary ',
  '{',
  '[',
  '\n  ',
  '1m',
  '*.json',
]

const random = randomRequests({ seed: 7, count: 60 })

export function otlpJson(signal: Signal): Uint8Array[] {
  const own = random.filter((each) => each.signal === signal).map(({ request }) => bytesOf(JSON.stringify(request)))
  return own.filter(({ length }) => length < 4096).concat(bytesOf('{}'))
}

export function otlpProtobuf(signal: Signal): Uint8Array[] {
  return otlpJson(signal).flatMap((json) => {
    const transcoded = atOnce(otlpJsonToProtobuf(signal, json))
    return 'refused' in transcoded || transcoded.protobuf.length > 4096 ? [] : [transcoded.protobuf]
  })
}

export function remoteWrite(version: 1 | 2): Uint8Array[] {
  const labels = [
    ['__name__', 'http_requests_total'],
    ['instance', 'a:9100'],
    ['job', 'node'],
  ] as const
  const timeMs = Date.UTC(2026, 0, 1)
  const buckets = {
    spans: [
      [0, 2],
      [3, 1],
    ] as const,
    deltas: [1, 2, -1],
  }
  const series = [
    {
      labels,
      samples: [
        { value: 1.5, timeMs },
        { value: 2.5, timeMs: timeMs + 1000 },
      ],
      exemplars: [{ labels: [['trace_id', 'ab']] as const, value: 1, timeMs }],
    },
    {
      labels,
      histograms: [{ timeMs, count: 6, sum: 7.5, schema: 2, zeroCount: 1, positive: buckets, negative: buckets }],
    },
    {
      labels,
      histograms: [
        {
          timeMs,
          count: 6,
          sum: 7.5,
          schema: -53,
          bounds: [1, 2, 5],
          positive: { spans: [[0, 3]] as const, counts: [1, 2, 3] },
        },
      ],
    },
  ]
  const metadata = { type: 1, family: 'http_requests', help: 'All of them.', unit: '' }
  if (version === 1) return [writeRequest1(series, [metadata]), ...series.map((each) => writeRequest1([each]))]
  return [writeRequest2(series.map((each) => ({ ...each, metadata }))), ...series.map((each) => writeRequest2([each]))]
}

export const jsonLines = [
  '{"time":"2026-01-01T00:00:00Z","level":"info","msg":"paid","req":{"id":7},"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}\n{"ts":1767225600.5,"level":30,"pid":1,"hostname":"h","name":"shop"}\n',
  '[{"message":"a","@timestamp":1767225600000},{"message":{"b":[1,2]}}]',
  'no json\n\n{"level":"ERROR","big":12345678901234567890}',
].map(bytesOf)

export const bulks = [
  '{"index":{"_index":"logs","_id":"1"}}\n{"@timestamp":"2026-01-01T00:00:00Z","message":"a"}\n{"create":{}}\n{"message":"b","log":{"level":"warn"}}\n',
  '{"delete":{"_id":"1"}}\n{"update":{"_id":"1"}}\n{"doc":{"a":1}}\n',
].map(bytesOf)

export const lokiJson = [
  '{"streams":[{"stream":{"app":"shop","level":"warn"},"values":[["1767225600000000000","a"],["1767225600000000001","b",{"trace_id":"0af7651916cd43dd8448eb211c80319c"}]]}]}',
  '{"streams":[]}',
].map(bytesOf)

export function lokiProtobuf(): Uint8Array[] {
  const out = new WireWriter()
  const stream = out.begin(1)
  out.textEntry(1, '{app="shop", level="warn"}')
  const entry = out.begin(2)
  const time = out.begin(1)
  out.varintEntry(1, 1_767_225_600)
  out.varintEntry(2, 500)
  out.end(time)
  out.textEntry(2, 'a line')
  const label = out.begin(3)
  out.textEntry(1, 'trace_id')
  out.textEntry(2, '0af7651916cd43dd8448eb211c80319c')
  out.end(label)
  out.end(entry)
  out.end(stream)
  return [out.take()]
}

export const zipkinSpans = [
  '[{"traceId":"0af7651916cd43dd8448eb211c80319c","id":"b7ad6b7169203331","parentId":"00f067aa0ba902b7","name":"get","kind":"SERVER","timestamp":1767225600000000,"duration":1500,"localEndpoint":{"serviceName":"shop","ipv4":"10.0.0.1","port":80},"remoteEndpoint":{"ipv6":"::1"},"annotations":[{"timestamp":1767225600000100,"value":"x"}],"tags":{"error":"","a":"b"},"shared":true,"debug":true}]',
  '[]',
].map(bytesOf)

export const syslogMessages = [
  '<165>1 2026-01-31T12:00:00.5Z host app 42 ID47 [sdid key="va\\"lue" b="c"][x y="z"] \ufeffthe message',
  '<34>Jan 31 12:00:00 host app[42]: the message',
  '<13>2026-01-31T12:00:00.5+01:00 host app: text',
  'no priority at all',
]

export const statsdLines = [
  'a:1|c\nb:2.5:3|ms|@0.1|#env:prod,service:shop,x\nc:+3|g\nd:x|s',
  'a,b=c:1|c',
  'a;b=c:1|h',
  '_e{1,2}:a|bc',
]

export const textExpositions = [
  '# HELP a_total All \\n of it.\n# TYPE a_total counter\na_total{x="1",y="\\"\\\\"} 3 1395066363000\nb 1e-5\n',
  '# TYPE h histogram\nh_bucket{le="0.5"} 1\nh_bucket{le="+Inf"} 2\nh_sum 1.5\nh_count 2\n# TYPE s summary\ns{quantile="0.5"} NaN\ns_sum 1\ns_count 1\n',
  '{"a.b", "c d"="e"} 1\n',
]

export const openMetricsExpositions = [
  '# TYPE a counter\n# HELP a All.\na_total{x="1"} 3 1395066363.5 # {trace_id="ab"} 0.5 1\na_created 1\n# EOF\n',
  '# TYPE h_seconds histogram\n# UNIT h_seconds seconds\nh_seconds_bucket{le="1.0"} 1\nh_seconds_bucket{le="+Inf"} 2\nh_seconds_sum 1\nh_seconds_count 2\n# EOF\n',
  '# TYPE s stateset\ns{s="a"} 1\n# TYPE i info\ni_info{v="1"} 1\n# TYPE g gaugehistogram\ng_bucket{le="+Inf"} 1\ng_gcount 1\ng_gsum -1\n# EOF\n',
  // Cut off within an escape sequence: was read without end.
  'a{x="\\',
]

export function scrapedProtobuf(): Uint8Array[] {
  const families = [counterFamily(), histogramFamily()]
  return [...families.map(framed), Buffer.concat(families.map(framed))]
}

function framed(family: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from([family.length & 0x7f]), family])
}

function counterFamily(): Uint8Array {
  const out = new WireWriter()
  out.textEntry(1, 'a_total')
  out.textEntry(2, 'All.')
  const metric = out.begin(4)
  const label = out.begin(1)
  out.textEntry(1, 'x')
  out.textEntry(2, 'y')
  out.end(label)
  const counter = out.begin(3)
  out.doubleEntry(1, 3)
  out.end(counter)
  out.end(metric)
  return out.take()
}

function histogramFamily(): Uint8Array {
  const out = new WireWriter()
  out.textEntry(1, 'h')
  out.varintEntry(3, 4)
  const metric = out.begin(4)
  const histogram = out.begin(7)
  out.varintEntry(1, 5)
  const bucket = out.begin(3)
  out.varintEntry(1, 5)
  out.doubleEntry(2, 0.5)
  out.end(bucket)
  out.varintEntry(5, 2)
  const span = out.begin(12)
  out.varintEntry(1, 4)
  out.varintEntry(2, 2)
  out.end(span)
  out.varintEntry(13, 4)
  out.varintEntry(13, 2)
  out.end(histogram)
  out.end(metric)
  return out.take()
}

export const scrapeConfigs = [
  'global: { scrape_interval: 15s }\nscrape_configs:\n  - job_name: a\n    static_configs: [{ targets: ["a:1"], labels: { b: c } }]\n    relabel_configs: [{ source_labels: [a], regex: "(.*)x", target_label: b, replacement: "$1" }]\n    params: { a: [b] }\n',
  'scrape_configs:\n- job_name: a\n  file_sd_configs: [{ files: ["*.json"] }]\n  basic_auth: { username: a, password_file: b }\n  sample_limit: 5\n',
]
