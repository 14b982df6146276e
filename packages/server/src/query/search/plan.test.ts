import { describe, expect, test } from 'vitest'
import { render } from '../sql.ts'
import type { Signal } from './condition.ts'
import { conditionSql } from './condition-sql.ts'
import { readSearch } from './read-search.ts'

function sqlOf(signal: Signal, text: string): string {
  const condition = readSearch(signal, text)
  if ('refused' in condition) return condition.message
  const { sql, params } = render(conditionSql(condition))
  return `${sql}\n-- ${JSON.stringify(params)}\n`
}

describe('a search as SQL', () => {
  const cases: [Signal, string][] = [
    ['logs', 'card declined'],
    ['logs', '"card declined: 5%"'],
    ['logs', '4711'],
    ['logs', 'order4711'],
    ['logs', '"Order 4711: 0af7-65191 v2"'],
    ['logs', 'decl*'],
    ['logs', 'order-47*'],
    ['logs', 'body:/card d/'.replace(' ', '.')],
    ['logs', 'body:*'],
    ['logs', 'body="exact Body"'],
    ['logs', 'level>=warn'],
    ['logs', 'level:error'],
    ['logs', '-level<info'],
    ['logs', 'severity:7'],
    ['logs', 'level:unset'],
    ['logs', 'service:(web OR check*)'],
    ['logs', 'order.id:*'],
    ['logs', 'attempts>2.5'],
    ['logs', 'resource.host.name:host-1'],
    ['logs', 'attributes.service!=x'],
    ['logs', 'trace:0AF7651916cd43dd8448eb211c80319c'],
    ['logs', 'span_id:*'],
    ['logs', 'scope.name:/^web/'],
    ['logs', 'event:tick'],
    ['logs', 'a\'b:"{p1:String} \' OR 1=1"'],
    ['spans', 'charge'],
    ['spans', 'duration>250ms'],
    ['spans', 'kind:server status:error'],
    ['spans', 'http.status_code:5*'],
    ['spans', 'event:exception'],
    ['spans', 'name=GET*'],
    ['spans', '100%_done\\\\x*'],
  ]
  test('is what the file beside says', async () => {
    const text = cases.map(([signal, search]) => `-- ${signal}: ${search}\n${sqlOf(signal, search)}`).join('\n')
    await expect(text).toMatchFileSnapshot('plan.test.sql')
  })
})

describe('readSearch', () => {
  test.each<[Signal, string, number, RegExp]>([
    ['logs', 'level:loud', 6, /one of trace, debug/],
    ['logs', 'level>25', 6, /from 0 to 24/],
    ['spans', 'duration>250', 9, /and its unit/],
    ['spans', 'trace.duration>1s', 15, /of whole traces/],
    ['spans', 'kind:server root.name:x', 22, /of whole traces/],
    ['logs', '/{2}a/', 1, /nothing for '\{2}' to repeat/],
    ['spans', 'duration>9999999h', 9, /104 days/],
    ['spans', 'kind:servr', 5, /one of unspecified, internal/],
    ['spans', 'service>5', 8, /service is text/],
    ['logs', 'order.id>abc', 9, /compared with a number/],
    ['logs', 'trace:123', 6, /32 hex digits/],
    ['logs', 'a /b(c/', 6, /'\(' is never closed/],
    ['logs', '/(?=x)/', 2, /not supported/],
    ['logs', '/a{99}{99}/', 6, /one repetition follows another/],
    ['logs', '/(a{99}){99}/', 1, /too large/],
  ])('of %s refuses %s', (signal, text, position, sentence) => {
    expect(readSearch(signal, text)).toMatchObject({
      refused: 'invalid_query',
      position,
      message: expect.stringMatching(sentence),
    })
  })
})
