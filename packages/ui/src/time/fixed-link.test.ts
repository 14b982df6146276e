import { expect, test } from 'vitest'
import { fixedLink } from './fixed-link.ts'

const at = { fromMs: Date.UTC(2026, 10, 30, 2, 30), toMs: Date.UTC(2026, 10, 30, 2, 45) }

test.each([
  ['/logs?q=level:error', '/logs?q=level:error&from=2026-11-30T02:30:00Z&to=2026-11-30T02:45:00Z'],
  ['/services?last=1h&refresh=5s', '/services?from=2026-11-30T02:30:00Z&to=2026-11-30T02:45:00Z'],
  ['/metric?by=a&by=b', '/metric?by=a&by=b&from=2026-11-30T02:30:00Z&to=2026-11-30T02:45:00Z'],
])('a link to %s keeps what is seen now', (path, fixed) => {
  expect(fixedLink(`http://here${path}`, at)).toBe(`http://here${fixed}`)
})
