import { expect, test } from 'vitest'
import { JsonBytes } from './json-bytes.ts'

function written(write: (json: JsonBytes) => void): string {
  const json = new JsonBytes()
  write(json)
  return Buffer.from(json.bytes).toString('utf8')
}

test.each([
  ['plain'],
  [''],
  ['a "b"\n\\'],
  ['ünïcode 雪'],
  ['\ud800 alone'],
  ['x'.repeat(200)],
  [`${'é'.repeat(9000)}"`],
])('%j is quoted as JSON has it', (text) => {
  expect(written((json) => json.quoted(text))).toBe(Buffer.from(JSON.stringify(text)).toString('utf8'))
  expect(written((json) => json.text(text))).toBe(Buffer.from(text).toString('utf8'))
})
