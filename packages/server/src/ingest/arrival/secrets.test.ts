import { expect, test } from 'vitest'
import { isSecretKey, maySecret, redactText } from './secrets.ts'

test.each([
  ...['password', 'user.password', 'db_passwd', 'apiKey', 'api-key', 'x-api-key', 'http.request.header.authorization'],
  ...['clientSecret', 'refresh_token', 'http.request.header.set-cookie', 'AWS_SECRET_ACCESS_KEY', 'privateKey'],
])('%s is the key of a secret', (key) => {
  expect(isSecretKey(key, [])).toBe(true)
})

test.each([
  ...[
    'gen_ai.usage.input_tokens',
    'token_type',
    'http.request.method',
    'password_reset',
    'cache.key',
    'author',
    'tokenizer',
  ],
])('%s is not', (key) => {
  expect(isSecretKey(key, [])).toBe(false)
})

test('further keys are secrets whole or as last words', () => {
  const extra = ['card_number', 'ssn']
  expect(['card_number', 'user.ssn', 'cardNumber'].map((key) => isSecretKey(key, extra))).toEqual([true, true, true])
  expect(isSecretKey('assn', extra)).toBe(false)
})

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N'
const secrets: [string, string][] = [
  ['Authorization: Bearer abcdefghijklmnop123', 'Authorization: [REDACTED] [REDACTED]'],
  ['sent Bearer abcdefghijklmnop123== along', 'sent Bearer [REDACTED] along'],
  ['sent basic dXNlcjpwYXNzd29yZA== along', 'sent basic [REDACTED] along'],
  [`jwt ${jwt}!`, 'jwt [REDACTED]!'],
  ['key AKIAIOSFODNN7EXAMPLE used', 'key [REDACTED] used'],
  ['ghp_abcdefghijklmnopqrst0123456789', '[REDACTED]'],
  ['hook xoxb-123456789012-abcdefghijkl', 'hook [REDACTED]'],
  ['sk-abcdefghijklmnopqrstuvwx', '[REDACTED]'],
  ['sk--abcdefghijklmnopqrstuvwx', '[REDACTED]'],
  ['password=hunter2&user=me', 'password=[REDACTED]&user=me'],
  ['secret:/8fj3k at the end', 'secret:[REDACTED] at the end'],
  ['login with password: hunter2 failed', 'login with password: [REDACTED] failed'],
  ['{"user":"me","apiKey":"abc","n":1}', '{"user":"me","apiKey":"[REDACTED]","n":1}'],
  [String.raw`{"inner":"{\"token\":\"abc\",\"n\":1}"}`, String.raw`{"inner":"{\"token\":\"[REDACTED]\",\"n\":1}"}`],
  ['postgres://me:hunter2@db:5432/shop', 'postgres://me:[REDACTED]@db:5432/shop'],
  ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- x', '[REDACTED] x'],
]
test.each(secrets)('%s', (text, redacted) => {
  const bytes = new TextEncoder().encode(text)
  expect(maySecret(new DataView(bytes.buffer), 0, bytes.length)).toBe(true)
  for (let shift = 1; shift < 8; shift += 1) {
    const moved = new TextEncoder().encode(' '.repeat(shift) + text)
    expect(maySecret(new DataView(moved.buffer), shift, moved.length)).toBe(true)
  }
  expect(redactText(text)).toBe(redacted)
})

test.each([
  'user 42 logged in from 10.0.0.1 at 12:00:03',
  'GET https://example.com/orders/7f3a4b2c-1d2e-4f5a-9b8c?region=eu 200',
  'the token was refreshed; 3 tokens: left',
  'max_tokens=100 temperature=0.5',
  'author: me, keyboard=de',
])('"%s" has no secret', (text) => {
  expect(redactText(text)).toBe(text)
})
