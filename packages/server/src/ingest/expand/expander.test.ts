import { expect, test } from 'vitest'
import { randomOf } from '../../../../protocol/src/random.case.ts'
import { bodyText } from './body-text.case.ts'
import { Expander } from './expander.ts'
import { packedBodies } from './packed-bodies.case.ts'

/** What others have packed, whole and damaged, and what would become too large. */

const expander = new Expander()
const limit = 1_000_000
const bodies = packedBodies.map(({ of, packed, ...body }) => ({
  ...body,
  text: Buffer.concat(of.map(([seed, length]) => bodyText(seed, length))),
  packed: Buffer.from(packed, 'base64'),
}))

test.each(bodies)('$coding: $title', async ({ coding, packed, text }) => {
  expect(Buffer.compare(await expander.expand(coding, packed, limit), text)).toBe(0)
  // What it makes is just as much as may be, and then one more.
  expect((await expander.expand(coding, packed, text.length)).length).toBe(text.length)
  if (text.length > 0) await expect(expander.expand(coding, packed, text.length - 1)).rejects.toThrow(RangeError)
})

test('bodies that come at once are expanded each by itself', async () => {
  const all = await Promise.all(bodies.map(({ coding, packed }) => expander.expand(coding, packed, limit)))
  expect(all.map((each, i) => Buffer.compare(each, bodies[i]?.text ?? each))).toEqual(bodies.map(() => 0))
})

test('one that is cut off is refused', async () => {
  for (const { coding, packed, text } of bodies) {
    for (let size = 0; size < packed.length; size += 1 + (packed.length >> 6)) {
      const cut = await expander.expand(coding, packed.subarray(0, size), limit).catch((error: unknown) => error)
      // Frames and chunks may end there, which is all that can be said.
      if (cut instanceof Uint8Array) expect(Buffer.compare(cut, text.subarray(0, cut.length))).toBe(0)
      else expect(cut).toBeInstanceOf(Error)
    }
  }
})

test('one that is changed is refused, or expanded within the limit; with a checksum it is refused or the same', async () => {
  const { below, pick } = randomOf(11)
  let refused = 0
  for (let round = 0; round < 6_000; round += 1) {
    const { coding, packed, text, title } = pick(bodies)
    const changed = Buffer.from(packed)
    const at = below(changed.length)
    changed[at] = below(256)
    const made = await expander.expand(coding, changed, limit).catch((error: unknown) => error)
    if (!(made instanceof Uint8Array)) {
      refused += 1
      expect(made).toBeInstanceOf(Error)
      continue
    }
    expect(made.length).toBeLessThanOrEqual(limit)
    // The first bytes say whether there is a checksum.
    if (at > 6 && title.includes('checksum')) expect([title, at, Buffer.compare(made, text)]).toEqual([title, at, 0])
  }
  expect(refused).toBeGreaterThan(3_000)
})

/** Blocks that make 128 kB of three bytes each. */
const runs = (count: number): Buffer => {
  const run = Buffer.from([(128 * 1024 * 8 + 2) & 255, (128 * 1024 * 8) >> 8, (128 * 1024 * 8) >> 16, 0])
  run[0] = 2
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0xff]), ...Array.from({ length: count }, () => run)])
}

test.each([
  [
    'zstd',
    'says more than is taken',
    [0x28, 0xb5, 0x2f, 0xfd, 0xc0, 0xff, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0],
    RangeError,
  ],
  ['zstd', 'has runs of more than is taken', [...runs(8)], RangeError],
  ['zstd', 'wants a dictionary', [0x28, 0xb5, 0x2f, 0xfd, 0x21, 7, 0, 1, 0, 0], /dictionary/],
  ['zstd', 'is none', [...Buffer.from('telemetry')], /does not begin as zstd/],
  ['zstd', 'is empty', [], /cut off/],
  [
    'zstd',
    'makes more than it says',
    [0x28, 0xb5, 0x2f, 0xfd, 0x20, 1, 0x0a, 0, 0, 7, 0x0b, 0, 0, 7],
    /more than it says/,
  ],
  ['zstd', 'makes less than it says', [0x28, 0xb5, 0x2f, 0xfd, 0x20, 3, 0x13, 0, 0, 7], /less than it says/],
  ['zstd', 'has a kind of block that is not known', [0x28, 0xb5, 0x2f, 0xfd, 0x20, 1, 7, 0, 0, 7], /no kind/],
  ['lz4', 'is of an old form', [0x02, 0x21, 0x4c, 0x18, 0], /does not begin as LZ4/],
  ['lz4', 'says more than is taken', [4, 0x22, 0x4d, 0x18, 0x48, 0x40, 0, 0, 0, 0, 1, 0, 0, 0, 0], RangeError],
  ['x-snappy-framed', 'is a block', [3, 8, 1, 2, 3], /does not begin as framed/],
  [
    'x-snappy-framed',
    'has a chunk that is not known',
    [...Buffer.from('\xff\x06\0\0sNaPpY\x02\0\0\0', 'latin1')],
    /kind 2/,
  ],
] as const)('%s that %s is refused', async (coding, _, packed, reason) => {
  await expect(expander.expand(coding, Buffer.from(packed), limit)).rejects.toThrow(reason)
})

test('what is too large is refused before there is room for it', async () => {
  const before = process.memoryUsage().arrayBuffers
  for (let round = 0; round < 20; round += 1)
    await expect(new Expander().expand('zstd', runs(2_000), 32 * 1024 * 1024)).rejects.toThrow(RangeError)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 1024 * 1024)
})
