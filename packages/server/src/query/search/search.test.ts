import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestWorld, type TestWorld } from '../test-world/world.case.ts'
import { compileMatch } from './condition-match.ts'
import { readSearch } from './read-search.ts'
import { caseRecords, caseResource, caseScope, caseScopeAttributes, searchCases } from './search.case.ts'

const startMs = Date.UTC(2026, 0, 5)
const hex = (text: string): string => `unhex('${Buffer.from(text).toString('hex')}')`
const map = (pairs: [string, string][]): string =>
  `CAST([${pairs.map(([key, value]) => `(${hex(key)}, ${hex(value)})`).join(', ')}], 'Map(LowCardinality(String), String)')`

let world: TestWorld
beforeAll(async () => {
  world = await openTestWorld()
  world.insert(`INSERT INTO resources SELECT 1, '2026-01-05', 'web', '', ${map(caseResource)}, '', 0`)
  world.insert(
    `INSERT INTO scopes SELECT 2, '2026-01-05', '${caseScope}', '2.1', '', ${map(caseScopeAttributes)}, '', 0`,
  )
  caseRecords.forEach(({ service, severity, event, body, traceId, attributes }, index) => {
    world.insert(`INSERT INTO logs (ts, service, severity, event_name, body, trace_id, resource_id, scope_id, attributes) SELECT fromUnixTimestamp64Milli(${startMs + index}, 'UTC'),
      '${service}', ${severity}, '${event}', ${hex(body)}, unhex('${traceId}'), 1, 2, ${map(attributes)}`)
  })
})
afterAll(() => world.close())

async function foundBySql(search: string): Promise<number[]> {
  const answer = await world.query.logs(
    { fromMs: startMs, toMs: startMs + 1000, q: search, order: 'oldest', limit: 100 },
    {},
  )
  if ('refused' in answer) throw new Error(answer.message)
  return answer.records.map((record) => Number(BigInt(record.timeUnixNano) / 1_000_000n) - startMs)
}

function foundByTail(search: string): number[] {
  const condition = readSearch('logs', search)
  if ('refused' in condition) throw new Error(condition.message)
  const match = compileMatch(condition)
  return caseRecords.flatMap((record, index) => {
    const text = { service: record.service, event_name: record.event, body: record.body, name: '', status_message: '' }
    const found = match({
      text: (column) => text[column],
      number: () => record.severity,
      id: (column) => (column === 'trace_id' ? record.traceId : '0'.repeat(16)),
      attributes: record.attributes,
      resource: caseResource,
      scope: { name: caseScope, version: '2.1', attributes: caseScopeAttributes },
      events: [],
      links: [],
    })
    return found ? [index] : []
  })
}

describe('a search finds the same records', () => {
  test.each(searchCases)('in the store: %s', async (search, found) => expect(await foundBySql(search)).toEqual(found))
  test.each(searchCases)('in live tail: %s', (search, found) => expect(foundByTail(search)).toEqual(found))
})

const naughty = new URL('../../../../../../shared/data/robustness/blns.base64.json', import.meta.url)
function naughtyStrings(): string[] {
  try {
    const texts: string[] = JSON.parse(readFileSync(naughty, 'utf8'))
    return texts.map((text) => Buffer.from(text, 'base64').toString('utf8'))
  } catch {
    return []
  }
}

describe.skipIf(naughtyStrings().length === 0)('naughty strings (shared/data/robustness)', () => {
  const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`
  const texts = naughtyStrings().filter((text) => text.length < 500 && text !== '')
  const termsAtOnce = 40

  test.each([
    ['words', (text: string) => quoted(text)],
    ['a value', (text: string) => `NOT path:${quoted(text)}`],
    ['a key', (text: string) => `${quoted(text)}:*`],
    ['typed as they are', (text: string) => `(${text})`],
  ])(
    'as %s find the same in both ways, or are refused with a sentence',
    async (_, search) => {
      expect(texts.length).toBeGreaterThan(100)
      const readable: string[] = []
      for (const each of texts.map(search)) {
        const read = readSearch('logs', each)
        if ('refused' in read) expect(read.message).toMatch(/^Cannot /)
        else readable.push(each)
      }
      for (let at = 0; at < readable.length; at += termsAtOnce) {
        // Joined by OR, and the whole denied: a term that finds all must not hide the others.
        const some = readable.slice(at, at + termsAtOnce)
        for (const joined of [some.join(' OR '), some.map((each) => `NOT (${each})`).join(' OR ')]) {
          if ('refused' in readSearch('logs', joined)) continue
          expect(await foundBySql(joined)).toEqual(foundByTail(joined))
        }
      }
    },
    120_000,
  )
})
