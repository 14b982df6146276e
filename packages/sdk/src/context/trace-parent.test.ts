import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseTraceParent, parseTraceState, printTraceParent } from './trace-parent.ts'

const trace = '12345678901234567890123456789012'
const span = '1234567890123456'

describe('parseTraceParent', () => {
  test.each<[string, boolean]>([
    [`00-${trace}-${span}-01`, true],
    [` 00-${trace}-${span}-01\t`, true],
    [`cc-${trace}-${span}-01-what-comes-later`, true],
    [`cc-${trace}-${span}-01.what`, false],
    [`00-${trace}-${span}-01-more`, false],
    [`ff-${trace}-${span}-01`, false],
    [`00-${'0'.repeat(32)}-${span}-01`, false],
    [`00-${trace}-${'0'.repeat(16)}-01`, false],
    [`00-${trace.toUpperCase().replace('1', 'A')}-${span}-01`, false],
    [`00-${trace}-${span}-1`, false],
    [`00-${trace}-${span}-001`, false],
    [`00-${trace}-${span}-01, 00-${trace}-${span}-01`, false],
    ['', false],
    [`00-${trace}-${span}-${'0'.repeat(100_000)}`, false],
  ])('%.60s', (header, valid) => {
    const parsed = parseTraceParent(header, undefined)
    expect(parsed?.traceId).toBe(valid ? trace : undefined)
    expect(parsed?.spanId).toBe(valid ? span : undefined)
  })

  test('flags sampled and random are read and printed', () => {
    for (const flags of ['00', '01', '02', '03']) {
      const parsed = parseTraceParent(`00-${trace}-${span}-${flags}`, undefined)
      expect(parsed === undefined ? '' : printTraceParent(parsed)).toBe(`00-${trace}-${span}-${flags}`)
    }
  })
})

test.each<[string, string | undefined]>([
  ['foo=1,bar=2', 'foo=1,bar=2'],
  ['foo=1 , ,\tbar=2', 'foo=1,bar=2'],
  ['foo@vendor=1', 'foo@vendor=1'],
  ['foo =1', undefined],
  ['FOO=1', undefined],
  ['foo.bar=1', undefined],
  ['foo=bar=baz', undefined],
  ['foo=,bar=3', undefined],
  ['foo=1,foo=2', undefined],
  ['', undefined],
  [Array.from({ length: 33 }, (_, i) => `k${i}=1`).join(','), undefined],
])('tracestate %.40s', (header, expected) => expect(parseTraceState(header)).toBe(expected))

/** The cases of the W3C project, where they are at hand. */
const cases = new URL('../../../../../shared/data/propagation/w3c-trace-context.json', import.meta.url)

interface Case {
  test: string
  requests: { headers: [string, string][] | null; expect?: { what: string; is?: string | number; is_not?: string }[] }[]
}

describe.runIf(existsSync(cases))('W3C trace-context cases', () => {
  const all: Case[] = existsSync(cases) ? JSON.parse(readFileSync(cases, 'utf8')) : []
  test.each(all.map((one) => [one.test, one] as const))('%s', (_, { requests }) => {
    for (const { headers, expect: expected } of requests) {
      const joined = (name: string) => {
        const values = (headers ?? []).filter(([key]) => key.toLowerCase() === name).map(([, value]) => value)
        return values.length === 0 ? undefined : values.join(', ')
      }
      const parsed = parseTraceParent(joined('traceparent'), joined('tracestate'))
      const members = new Map(
        (parsed?.identity.state ?? '').split(',').map((member) => member.split('=') as [string, string]),
      )
      for (const { what, is, is_not } of expected ?? []) {
        if (what === 'traceparent.trace_id.hex()' && is !== undefined) expect(parsed?.traceId).toBe(is)
        if (what === 'traceparent.trace_id.hex()' && is_not !== undefined) expect(parsed?.traceId).not.toBe(is_not)
        const key = /^tracestate\['(.*)'\]$/.exec(what)?.[1]
        if (key !== undefined) expect(members.get(key)).toBe(is)
      }
    }
  })
})
