import { expect, test } from 'vitest'
import { SyslogFrames } from './syslog-frames.ts'

const streams: [string, string, string[]][] = [
  ['lines', '<1>a\n<2>b\r\n\n<3>c\n', ['<1>a', '<2>b', '<3>c']],
  ['NULs', '<1>a\0<2>b\0\n<3>c\n', ['<1>a', '<2>b', '<3>c']],
  ['octet counts', '4 <1>a11 <2>b\nsecond4 <3>c', ['<1>a', '<2>b\nsecond', '<3>c']],
  ['both', '4 <1>a<2>b\n5 <3>é', ['<1>a', '<2>b', '<3>é']],
]
test.each(streams)('%s are cut the same however they arrive', (_, text, expected) => {
  const bytes = Buffer.from(text)
  for (let size = 1; size <= bytes.length; size += 1) {
    const frames = new SyslogFrames()
    const found: string[] = []
    for (let at = 0; at < bytes.length; at += size) found.push(...frames.add(bytes.subarray(at, at + size)))
    expect(found).toEqual(expected)
    expect(frames.rest()).toBe('')
  }
})

test('what has no end is the rest', () => {
  const frames = new SyslogFrames()
  expect(frames.add(Buffer.from('<1>a\n<2>b'))).toEqual(['<1>a'])
  expect(frames.rest()).toBe('<2>b')
})

test.each([
  ['a count', '99999 <1>a'],
  ['a line', `<1>${'a'.repeat(70_000)}`],
])('%s beyond the limit is a fault', (_, text) => {
  const frames = new SyslogFrames()
  expect(frames.add(Buffer.from(text))).toEqual([])
  expect(frames.fault).toContain('a message has')
})
