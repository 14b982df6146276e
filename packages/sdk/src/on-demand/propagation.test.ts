import { describe, expect, test } from 'vitest'
import { Propagation } from '../context/propagation.ts'
import { RemoteSpan } from '../traces/remote-span.ts'
import { propagationFormats } from './propagation.ts'

const traceId = '80f198ee56343ba864fe8b2a57d3eff7'
const spanId = 'e457b5a2e4d86bd1'
const short = `${'0'.repeat(16)}64fe8b2a57d3eff7`

function propagation(...names: string[]): Propagation {
  const made = new Propagation()
  made.traceContext = false
  made.formats = propagationFormats(names, (sentence) => expect(sentence).toBe(''))
  return made
}

function found(headers: Record<string, string>, name: string) {
  const remote = propagation(name).remote((header) => headers[header])
  return remote === undefined ? undefined : [remote.traceId, remote.spanId, remote.sampled]
}

describe('reading', () => {
  test.each<[string, string, Record<string, string>, unknown]>([
    ['b3', 'sampled', { b3: `${traceId}-${spanId}-1` }, [traceId, spanId, true]],
    ['b3', 'with the parent', { b3: `${traceId}-${spanId}-1-05e3ac9a4f6e3b90` }, [traceId, spanId, true]],
    ['b3', 'not sampled', { b3: `${traceId}-${spanId}-0` }, [traceId, spanId, false]],
    ['b3', 'debug', { b3: `${traceId}-${spanId}-d` }, [traceId, spanId, true]],
    ['b3', 'decision left open', { b3: `${traceId}-${spanId}` }, [traceId, spanId, true]],
    ['b3', '64-bit trace id', { b3: `64fe8b2a57d3eff7-${spanId}-1` }, [short, spanId, true]],
    ['b3', 'only a decision', { b3: '0' }, undefined],
    ['b3', 'zeros', { b3: `${'0'.repeat(32)}-${spanId}-1` }, undefined],
    ['b3', 'rubbish', { b3: `${traceId}-${spanId}-1-zz` }, undefined],
    [
      'b3',
      'several headers',
      { 'x-b3-traceid': traceId, 'x-b3-spanid': spanId, 'x-b3-sampled': '0' },
      [traceId, spanId, false],
    ],
    [
      'b3multi',
      'upper case',
      { 'x-b3-traceid': traceId.toUpperCase(), 'x-b3-spanid': spanId },
      [traceId, spanId, true],
    ],
    [
      'b3multi',
      'debug',
      { 'x-b3-traceid': traceId, 'x-b3-spanid': spanId, 'x-b3-flags': '1' },
      [traceId, spanId, true],
    ],
    ['b3multi', 'a span id that is no such', { 'x-b3-traceid': traceId, 'x-b3-spanid': 'xyz' }, undefined],
    ['jaeger', 'sampled', { 'uber-trace-id': `${traceId}:${spanId}:0:1` }, [traceId, spanId, true]],
    ['jaeger', 'debug alone keeps nothing', { 'uber-trace-id': `${traceId}:${spanId}:0:2` }, [traceId, spanId, false]],
    [
      'jaeger',
      'without leading zeros',
      { 'uber-trace-id': `abc:12:0:01` },
      ['abc'.padStart(32, '0'), '12'.padStart(16, '0'), true],
    ],
    ['jaeger', 'percent-encoded', { 'uber-trace-id': `${traceId}%3A${spanId}%3a0%3A1` }, [traceId, spanId, true]],
    ['jaeger', 'too long', { 'uber-trace-id': `1${traceId}:${spanId}:0:1` }, undefined],
  ])('%s: %s', (name, _, headers, expected) => {
    expect(found(headers, name)).toEqual(expected)
  })
})

test.each<[string, Record<string, string>]>([
  ['b3', { b3: `${traceId}-${spanId}-1` }],
  ['b3multi', { 'x-b3-traceid': traceId, 'x-b3-spanid': spanId, 'x-b3-sampled': '1' }],
  ['jaeger', { 'uber-trace-id': `${traceId}:${spanId}:0:01` }],
])('writing %s, which it reads again', (name, expected) => {
  const span = RemoteSpan.of({ traceId, spanId, traceFlags: 1 })
  const headers: Record<string, string> = {}
  propagation(name).inject(span, undefined, (header, value) => {
    headers[header] = value
  })
  expect(headers).toEqual(expected)
  expect(found(headers, name)).toEqual([traceId, spanId, true])
})

test('a format that does not exist is said, and the others work', () => {
  const said: string[] = []
  const formats = propagationFormats(['xray', 'b3'], (sentence) => said.push(sentence))
  expect(formats.map((format) => format.names)).toEqual([['b3']])
  expect(said[0]).toMatch(/^Cannot propagate traces as "xray": known are tracecontext, baggage, b3, b3multi, jaeger/)
})
