import { compressSync } from 'snappy'
import { expect, test } from 'vitest'
import { randomOf } from '../../../../protocol/src/random.case.ts'
import { unsnappedHere } from '../snappy.ts'
import { expandSnappy } from './expand-snappy.ts'
import { OpenBlocks } from './open-blocks.ts'

/** What the module makes of a body in snappy, and what the library does. */

const blocks = new OpenBlocks({ originsKnownMax: 10, seriesKnownMax: 10 })

const { below } = randomOf(29)

/** Of few letters and of repeats near and far, so that all kinds of copies are made of it. */
function text(length: number): Buffer {
  const made = Buffer.alloc(length)
  for (let at = 0; at < length; ) {
    const run = 1 + below(below(8) === 0 ? 2000 : 40)
    const from = below(3) > 0 && at > 0 ? at - 1 - below(Math.min(at, below(2) === 0 ? 12 : 70_000)) : -1
    for (let i = 0; i < run && at < length; i += 1, at += 1) made[at] = from < 0 ? below(256) : (made[from + i] ?? 0)
  }
  return made
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

test('what was compressed is what it was', () => {
  for (const length of [0, 1, 15, 16, 17, 59, 60, 61, 255, 256, 257, 65_535, 65_536, 65_537, 300_000, 2_000_000]) {
    for (const body of [text(length), Buffer.alloc(length, 'ab'), Buffer.alloc(length)]) {
      const packed = compressSync(body)
      expect(blocks.module?.expand(packed)).toBeDefined()
      const expanded = expandSnappy(packed, blocks)
      if ('refused' in expanded) throw new Error(expanded.refused)
      expect(Buffer.compare(expanded, body)).toBe(0)
    }
  }
})

test('one that is too large for the module is expanded all the same', () => {
  const body = text(2_200_000)
  const packed = compressSync(body)
  expect(blocks.module?.expand(packed)).toBeUndefined()
  const expanded = expandSnappy(packed, blocks)
  if ('refused' in expanded) throw new Error(expanded.refused)
  expect(Buffer.compare(expanded, body)).toBe(0)
})

test('what is cut or changed is refused where the library refuses it, and the same bytes where not', () => {
  let refused = 0
  for (let round = 0; round < 4_000; round += 1) {
    const packed = Buffer.from(compressSync(text(1 + below(300))))
    for (let change = below(3); change >= 0; change -= 1) packed[below(packed.length)] = below(256)
    const body = below(4) === 0 ? packed.subarray(0, below(packed.length)) : packed
    const expanded = blocks.module?.expand(body)
    let wanted: Uint8Array | undefined
    try {
      wanted = unsnappedHere(body)
    } catch {
      refused += 1
    }
    // Beyond what the module takes there is nothing to compare with.
    if (expanded === undefined && wanted !== undefined) expect(wanted.length).toBeGreaterThan(2_000_000)
    else expect([round, expanded && hexOf(expanded)]).toEqual([round, wanted && hexOf(wanted)])
  }
  expect(refused).toBeGreaterThan(1000)
})

test('what is no snappy is told in the words of the library', () => {
  expect(expandSnappy(Buffer.from('telemetry'), blocks)).toEqual({
    refused: expect.stringMatching(/^Cannot inflate the body as snappy: snappy: /),
  })
})
