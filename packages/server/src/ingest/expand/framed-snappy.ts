import { snappyLength } from '../snappy.ts'
import { type ExpandBlock, PackedBytes, type Packing, type Part, type Unpacking } from './part.ts'

/**
 * Snappy in frames (https://github.com/google/snappy/blob/main/framing_format.txt), which is what most call a stream of snappy:
 *
 *   chunk   its kind   three bytes: its size   its bytes
 *
 * The first is a mark, and those with telemetry begin with a checksum of what they make, 64 kB at most.
 */
export const framedSnappy: Packing = {
  parts: snappyParts,
  expand: snappyExpand,
  sum: ({ crc32c }) => crc32c,
}

const mark = Buffer.from('\xff\x06\0\0sNaPpY', 'latin1')
const chunkMax = 64 * 1024
/** From here on a kind may be passed over by who does not know it. */
const passable = 0x80

/** Whether it is in frames, for many senders call both "snappy". No block can begin so. */
export function isFramed(bytes: Uint8Array): boolean {
  return mark.equals(bytes.subarray(0, mark.length))
}

function* snappyParts(packed: Uint8Array): Generator<Part> {
  if (!isFramed(packed)) throw new Error('it does not begin as framed snappy does')
  const bytes = new PackedBytes(packed)
  yield { part: 'frame' }
  while (!bytes.isAtEnd) {
    const kind = bytes.number(1)
    const size = bytes.number(3)
    if (kind > 1) {
      if (kind < passable) throw new Error(`it has a chunk of the kind ${kind}, which is not known`)
      bytes.skip(size)
      continue
    }
    const sum = bytes.number(4)
    const at = bytes.skip(size - 4)
    if (kind === 1) {
      if (size - 4 > chunkMax) throw new Error('it has a chunk of more than 64 kB')
      yield { part: 'stored', at, size: size - 4, sum }
      continue
    }
    const max = snappyLength(packed.subarray(at, at + size - 4))?.length ?? 0
    if (max > chunkMax) throw new Error('it has a chunk of more than 64 kB')
    yield { part: 'packed', at, size: size - 4, max, sum }
  }
}

/** A block says itself how long it will be. */
function snappyExpand({ memory, snappyBlock }: Unpacking): ExpandBlock {
  return (from, end, to, outEnd) => {
    const said = snappyLength(new Uint8Array(memory.buffer, from, end - from))
    if (said === undefined) return -1
    if (said.length > outEnd - to) return -2
    return snappyBlock(from + said.at, end, to, said.length) === 0 ? -1 : said.length
  }
}
