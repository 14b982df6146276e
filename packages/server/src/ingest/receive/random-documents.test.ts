import { WireWriter } from '@wakeline/protocol'
import { compressSync } from 'snappy'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { randomOf } from '../../../../protocol/src/random.case.ts'
import { openTestReceiver, type TestReceiver } from './receiver.case.ts'

/**
 * Random documents of Loki, Elasticsearch and Zipkin, broken ones between good ones, written here and not by the product's writers:
 * the good are stored as they are, the answer names the first that is not and says why.
 */

let receiver: TestReceiver
beforeAll(async () => {
  receiver = await openTestReceiver()
})
afterAll(() => receiver.close())

const rounds = 8
const { below, pick } = randomOf(61)
const texts = [
  '',
  'paid',
  'ü日本😀',
  'a "quoted" \\ text',
  'tab\tand\nbreak',
  '\u0000\u001f',
  '{"no":json',
  '0',
  'x'.repeat(300),
]
const hex = (digits: number): string => Array.from({ length: digits }, () => (1 + below(15)).toString(16)).join('')
const nano = (): bigint => 1_769_860_800_000_000_000n + BigInt(below(1e9)) * 1_000n + BigInt(below(1000))

/** Of each the good with what is stored of them, and the broken with what is said of the first. */
const some = <Each>(most: number, make: (index: number) => Each): Each[] =>
  Array.from({ length: 1 + below(most) }, (_, index) => make(index))

type Row = Record<string, unknown>
const byId = (rows: readonly Row[]): Row[] => rows.toSorted((a, b) => (String(a['id']) < String(b['id']) ? -1 : 1))

type Entry = { time: bigint; line: string; metadata: Record<string, string> }
const labelsOf = (run: string): Record<string, string> => ({
  run,
  ...(below(2) === 0 && { app: pick(['shop', 'ü "x"', 'a\\b', 'line\nbreak']) }),
  ...(below(2) === 0 && { zone: pick(['eu', '']) }),
})
const entryOf = (id: string): Entry => ({
  time: nano(),
  line: pick(texts),
  metadata: { id, ...(below(2) === 0 && { k: pick(texts) }), ...(below(3) === 0 && { 'dotted.key': 'v' }) },
})

const storedEntries = (run: string): Promise<Row[]> =>
  receiver.rows(
    `SELECT attributes['id'] AS id, toString(toUnixTimestamp64Nano(ts)) AS time, body, attributes, r.labels AS labels
     FROM logs JOIN (SELECT resource_id, any(attributes) AS labels FROM resources GROUP BY resource_id) AS r USING (resource_id)
     WHERE r.labels['run'] = {p1:String}`,
    run,
  )

const wantedEntry = (labels: Record<string, string>, { time, line, metadata }: Entry): Row => ({
  id: metadata['id'],
  time: String(time),
  body: line,
  attributes: metadata,
  labels: expect.objectContaining(labels),
})

test('entries of Loki in JSON', async () => {
  const broken: [unknown, string][] = [
    [['12x', 'line'], '[0]'],
    [[1_769_860_800, 'line'], '[0]'],
    [['9'.repeat(20), 'line'], '[0]'],
    [['1769860800000000000', 7], '[1]'],
    [['1769860800000000000', 'line', { k: 1 }], '[2]'],
    ['no entry', '[0]'],
  ]
  for (let round = 0; round < rounds; round += 1) {
    const run = `json ${round}`
    const wanted: Row[] = []
    const faults: string[] = []
    const streams = some(4, (stream) => {
      const labels = labelsOf(run)
      const values = some(6, (value): unknown => {
        if (below(5) === 0) {
          const [entry, place] = pick(broken)
          faults.push(`streams[${stream}].values[${value}]${place}`)
          return entry
        }
        const entry = entryOf(`${stream} ${value}`)
        wanted.push(wantedEntry(labels, entry))
        return [String(entry.time), entry.line, entry.metadata]
      })
      return { stream: labels, values }
    })
    const headers = { 'content-type': 'application/json' }
    const { status, text } = await receiver.post('/loki/api/v1/push', JSON.stringify({ streams }), headers)
    expect([run, status]).toEqual([run, faults.length === 0 ? 204 : 400])
    if (faults.length > 0) {
      expect(text).toContain(`Cannot store ${faults[0]}`)
      expect(text).toContain(`${wanted.length} entries were stored and ${faults.length} were not`)
    }
    expect(byId(await storedEntries(run))).toEqual(byId(wanted))
  }
})

/** Labels as Go writes texts. */
const goLabels = (labels: Record<string, string>): string =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ')}}`

test('entries of Loki in protobuf', async () => {
  for (let round = 0; round < rounds; round += 1) {
    const run = `protobuf ${round}`
    const wanted: Row[] = []
    const faults: string[] = []
    const out = new WireWriter()
    some(4, (stream) => {
      const labels = labelsOf(run)
      const mark = out.begin(1)
      out.textEntry(1, goLabels(labels))
      some(6, (index) => {
        const isBroken = below(5) === 0
        const entry = entryOf(`${stream} ${index}`)
        if (isBroken) faults.push(`streams[${stream}].entries[${index}]`)
        else wanted.push(wantedEntry(labels, entry))
        const entryMark = out.begin(2)
        const timeMark = out.begin(1)
        // Beyond 2200.
        out.varintEntry(1, isBroken ? 8_000_000_000 : Number(entry.time / 1_000_000_000n))
        out.varintEntry(2, Number(entry.time % 1_000_000_000n))
        out.end(timeMark)
        out.textEntry(2, entry.line)
        for (const [name, value] of Object.entries(entry.metadata)) {
          const pairMark = out.begin(3)
          out.textEntry(1, name)
          out.textEntry(2, value)
          out.end(pairMark)
        }
        out.end(entryMark)
      })
      out.end(mark)
    })
    const body = new Uint8Array(compressSync(out.take()))
    const answer = await receiver.post('/loki/api/v1/push', body, { 'content-type': 'application/x-protobuf' })
    expect([run, answer.status]).toEqual([run, faults.length === 0 ? 204 : 400])
    if (faults.length > 0) expect(answer.text).toContain(`Cannot store ${faults[0]}`)
    expect(byId(await storedEntries(run))).toEqual(byId(wanted))
  }
})

/** A value of JSON, and the text it is stored as. */
const documentValues: readonly [unknown, string][] = [
  ...texts.map((text): [string, string] => [text, text]),
  [7, '7'],
  [-0.25, '-0.25'],
  [1e21, '1e+21'],
  [true, 'true'],
  [false, 'false'],
  [['a', 1], '{"values":[{"stringValue":"a"},{"intValue":"1"}]}'],
]

test('documents of Elasticsearch', async () => {
  for (let round = 0; round < rounds; round += 1) {
    const index = `random-${round}`
    const wanted: Row[] = []
    const said: object[] = []
    const lines: string[] = []
    some(20, (n) => {
      const action = pick(['index', 'create'])
      const id = `d${n}`
      lines.push(JSON.stringify({ [action]: { _index: index, _id: id } }))
      if (below(5) === 0) {
        lines.push(pick(['no document', '[1]', '"text"', '{"a":', 'null']))
        const reason = expect.stringContaining(`the document of line ${lines.length}: `)
        said.push({
          [action]: expect.objectContaining({ _id: id, status: 400, error: expect.objectContaining({ reason }) }),
        })
        return
      }
      const time = nano() / 1_000_000n
      const [[flat, flatText], [deep, deepText], [dotted, dottedText]] = [
        pick(documentValues),
        pick(documentValues),
        pick(documentValues),
      ]
      const body = pick(texts)
      const document = {
        '@timestamp': new Date(Number(time)).toISOString(),
        message: body,
        flat,
        a: { b: { deep } },
        'x.y': dotted,
      }
      lines.push(JSON.stringify(document))
      said.push({ [action]: expect.objectContaining({ _id: id, status: 201, result: 'created' }) })
      wanted.push({
        id,
        time: String(time * 1_000_000n),
        body,
        attributes: {
          flat: flatText,
          'a.b.deep': deepText,
          'x.y': dottedText,
          'elasticsearch.index': index,
          'elasticsearch.id': id,
        },
      })
    })
    const headers = { 'content-type': 'application/x-ndjson' }
    const { status, text } = await receiver.post('/elasticsearch/_bulk', `${lines.join('\n')}\n`, headers)
    expect([index, status, JSON.parse(text).items]).toEqual([index, 200, said])
    const rows = await receiver.rows(
      `SELECT attributes['elasticsearch.id'] AS id, toString(toUnixTimestamp64Nano(ts)) AS time, body, attributes
       FROM logs WHERE attributes['elasticsearch.index'] = {p1:String}`,
      index,
    )
    expect(byId(rows)).toEqual(byId(wanted))
  }
})

test('spans of Zipkin', async () => {
  const breaks: [Row, string][] = [
    [{ traceId: 'xyz' }, '.traceId'],
    [{ traceId: undefined }, '.traceId'],
    [{ id: '0' }, '.id'],
    [{ parentId: 'g' }, '.parentId'],
    [{ timestamp: -1 }, '.timestamp'],
    [{ duration: 'long' }, '.duration'],
    [{ tags: ['a'] }, '.tags'],
    [{ annotations: [{ value: 'a' }] }, '.annotations'],
  ]
  const kindNames = ['CLIENT', 'SERVER', 'PRODUCER', 'CONSUMER']
  const numbers: Record<string, number> = { SERVER: 2, CLIENT: 3, PRODUCER: 4, CONSUMER: 5 }
  for (let round = 0; round < rounds; round += 1) {
    const traceId = hex(pick([16, 32]))
    const wanted: Row[] = []
    const faults: string[] = []
    const spans = some(12, (index) => {
      const id = hex(16)
      const start = 1_769_860_800_000_000 + below(1e9)
      const duration = below(1e6)
      const service = pick(['shop', 'ü', ''])
      const parentId = below(2) === 0 ? hex(16) : undefined
      const kind = below(3) === 0 ? undefined : pick(kindNames)
      const attributes = { a: pick(texts), 'b.c': pick(texts), ...(below(4) === 0 && { error: 'refused' }) }
      const annotations = some(2, () => ({ timestamp: start + below(100), value: pick(['ws', 'ü', '']) }))
      const span = {
        ...{
          traceId,
          id,
          parentId,
          kind,
          name: pick(texts),
          timestamp: start,
          duration,
          tags: attributes,
          annotations,
        },
        localEndpoint: service === '' ? undefined : { serviceName: service },
      }
      if (below(5) === 0) {
        const [change, place] = pick(breaks)
        faults.push(`spans[${index}]${place}`)
        return { ...span, ...change }
      }
      wanted.push({
        id,
        parent: parentId ?? '0'.repeat(16),
        service: service === '' ? 'unknown_service' : service,
        name: span.name,
        kind: kind === undefined ? 1 : numbers[kind],
        status: 'error' in attributes ? 2 : 0,
        time: `${start}000`,
        duration: `${duration}000`,
        attributes,
        events: annotations.map(({ timestamp, value }) => [`${timestamp}000`, value]),
      })
      return span
    })
    const headers = { 'content-type': 'application/json' }
    const { status, text } = await receiver.post('/zipkin/api/v2/spans', JSON.stringify(spans), headers)
    expect([traceId, status]).toEqual([traceId, faults.length === 0 ? 202 : 400])
    if (faults.length > 0) expect(text).toContain(`Cannot store ${faults[0]}`)
    const rows = await receiver.rows(
      `SELECT lower(hex(span_id)) AS id, lower(hex(parent_span_id)) AS parent, service, name, kind, status,
         toString(toUnixTimestamp64Nano(ts)) AS time, toString(duration) AS duration, attributes,
         arrayMap(e -> (toString(toUnixTimestamp64Nano(e.ts)), e.name), events) AS events
       FROM spans WHERE trace_id = unhex({p1:String})`,
      traceId.padStart(32, '0'),
    )
    expect(byId(rows)).toEqual(byId(wanted))
  }
})
