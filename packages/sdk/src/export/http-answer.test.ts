import { expect, test } from 'vitest'
import { AnswerReader } from './http-answer.ts'

/** Byte by byte, and all at once: it is the same. `close` says that the connection is closed after it. */
function read(text: string, close = false): string {
  const bytes = Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1')
  const shown = [bytes.length, 1, 7].map((size) => {
    const reader = new AnswerReader()
    for (let at = 0; at < bytes.length; at += size) {
      const answer = reader.push(bytes.subarray(at, at + size))
      if (answer !== undefined)
        return `${answer.status} ${answer.body.toString('latin1')}${answer.isKept ? '' : ' closed'}`
    }
    const answer = close ? reader.close() : undefined
    return answer === undefined ? 'waits' : `${answer.status} ${answer.body.toString('latin1')} closed`
  })
  expect(new Set(shown).size).toBe(1)
  return String(shown[0])
}

test.each([
  ['a length', 'HTTP/1.1 200 OK\ncontent-length: 5\n\nhello', '200 hello'],
  ['no reason, no space after a colon', 'HTTP/1.1 503\nContent-Length:2\n\nno', '503 no'],
  ['nothing in it', 'HTTP/1.1 200 OK\nContent-Length: 0\n\n', '200 '],
  ['204 without a length', 'HTTP/1.1 204 No Content\n\n', '204 '],
  [
    'chunks',
    'HTTP/1.1 400 Bad\nTransfer-Encoding: chunked\n\n3\nabc\nA;x=y\n0123456789\n0\nafter: all\n\n',
    '400 abc0123456789',
  ],
  [
    'a continue first',
    'HTTP/1.1 100 Continue\n\nHTTP/1.1 103 Early Hints\nlink: x\n\nHTTP/1.1 200 OK\ncontent-length: 1\n\nx',
    '200 x',
  ],
  ['the end of the connection as its end', 'HTTP/1.1 200 OK\n\nall of it', '200 all of it closed'],
  ['a connection that closes', 'HTTP/1.1 200 OK\nConnection: close\ncontent-length: 1\n\nx', '200 x closed'],
  ['HTTP/1.0', 'HTTP/1.0 200 OK\ncontent-length: 1\n\nx', '200 x closed'],
  ['HTTP/1.0 that keeps it', 'HTTP/1.0 200 OK\nconnection: Keep-Alive\ncontent-length: 1\n\nx', '200 x'],
  ['too little', 'HTTP/1.1 200 OK\ncontent-length: 5\n\nhell', 'waits'],
])('an answer with %s', (_, text, expected) => expect(read(text, text.includes('OK\n\nall'))).toBe(expected))

test('what comes behind an answer was not asked for: the connection is not used again', () => {
  const answer = new AnswerReader().push(Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nxHTTP/1.1 200 OK'))
  expect(answer).toMatchObject({ status: 200, isKept: false })
})

test('of a long body only the beginning is kept', () => {
  const reader = new AnswerReader()
  reader.push(Buffer.from('HTTP/1.1 400 Bad\r\ncontent-length: 200000\r\n\r\n'))
  expect(reader.push(Buffer.alloc(150_000, 'a'))).toBeUndefined()
  expect(reader.push(Buffer.alloc(50_000, 'b'))?.body.equals(Buffer.alloc(65_536, 'a'))).toBe(true)
})

test.each([
  ['SSH-2.0-OpenSSH_9.2\n', 'the answer is not HTTP'],
  ['HTTP/2 200\n', 'the answer is not HTTP'],
  ['HTTP/1.1 200 OK\nno colon\n\n', 'the answer is not HTTP: it has a header without a name'],
  ['HTTP/1.1 200 OK\ncontent-length: -1\n\n', 'the answer is not HTTP: its length is "-1"'],
  ['HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\nxyz\n', 'the answer is not HTTP: it has a chunk without a length'],
  ['HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n1\nab\n', 'the answer is not HTTP: a chunk is longer than it says'],
  ['x'.repeat(20_000), 'the answer has a line of more than 16384 bytes'],
])('no HTTP: %s', (text, sentence) => expect(() => read(text)).toThrow(sentence))
