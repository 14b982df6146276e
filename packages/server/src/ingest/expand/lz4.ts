import { PackedBytes, type Packing, type Part } from './part.ts'

/**
 * Frames of LZ4 (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md):
 *
 *   frame   04 22 4d 18   flags   sizes of blocks   length   a byte of the header's checksum   blocks   0   checksum
 *   block   four bytes: its size, and whether it is stored   its bytes   checksum
 *
 * A block's own checksum is passed over: of what it is packed, where the frame's is of what it makes.
 */
export const lz4: Packing = { parts: lz4Parts, expand: ({ lz4Block }) => lz4Block, sum: ({ xxh32 }) => xxh32 }

const magicNumber = 0x184d2204
/** So many bytes at most does a byte make. */
const ratioMax = 255

function* lz4Parts(packed: Uint8Array): Generator<Part> {
  const bytes = new PackedBytes(packed)
  do {
    const magic = bytes.number(4)
    if (bytes.passesFrame(magic)) continue
    if (magic !== magicNumber) throw new Error('it does not begin as LZ4 does')
    yield* frameParts(bytes)
  } while (!bytes.isAtEnd)
}

function* frameParts(bytes: PackedBytes): Generator<Part> {
  const flags = bytes.number(1)
  const sizes = bytes.number(1) >> 4
  if (flags >> 6 !== 1 || (flags & 2) !== 0 || sizes < 4 || sizes > 7)
    throw new Error('it has flags that are not known')
  if ((flags & 1) !== 0) throw new Error('it was packed with a dictionary')
  const isAlone = (flags & 32) !== 0
  yield { part: 'frame', length: (flags & 8) === 0 ? undefined : bytes.long() }
  bytes.skip(1)
  const blockMax = 2 ** (8 + 2 * sizes)
  for (;;) {
    const head = bytes.number(4)
    if (head === 0) break
    const size = head & 0x7fff_ffff
    if (size > blockMax) throw new Error('it has a block that is larger than it says')
    const at = bytes.skip(size)
    if (head > 0x7fff_ffff) yield { part: 'stored', at, size }
    else yield { part: 'packed', at, size, max: Math.min(blockMax, size * ratioMax), isAlone }
    if ((flags & 16) !== 0) bytes.skip(4)
  }
  if ((flags & 4) !== 0) yield { part: 'sum', sum: bytes.number(4) }
}
