import { PackedBytes, type Packing, type Part } from './part.ts'

/**
 * Frames of zstd (RFC 8878):
 *
 *   frame   28 b5 2f fd   flags   window   dictionary   length   blocks   checksum
 *   block   three bytes: is the last, kind, size   its bytes
 *
 * What a block copies from is what the frame has made, which is there as a whole: a window, however large, needs no room.
 */
export const zstd: Packing = {
  parts: zstdParts,
  expand: ({ zstdBlock }) => zstdBlock,
  sum: ({ xxh64 }) => xxh64,
}

const magicNumber = 0xfd2fb528
const blockSizeMax = 128 * 1024
const bytesOfDictionary = [0, 1, 2, 4] as const

function* zstdParts(packed: Uint8Array): Generator<Part> {
  const bytes = new PackedBytes(packed)
  do {
    const magic = bytes.number(4)
    if (bytes.passesFrame(magic)) continue
    if (magic !== magicNumber) throw new Error('it does not begin as zstd does')
    yield* frameParts(bytes)
  } while (!bytes.isAtEnd)
}

function* frameParts(bytes: PackedBytes): Generator<Part> {
  const flags = bytes.number(1)
  if ((flags & 8) !== 0) throw new Error('it has flags that are not known')
  const isWhole = (flags & 32) !== 0
  const window = isWhole ? undefined : windowOf(bytes.number(1))
  const dictionary = bytesOfDictionary[flags & 3] ?? 0
  if (dictionary !== 0 && bytes.number(dictionary) !== 0) throw new Error('it was packed with a dictionary')
  const length = frameLength(bytes, flags >> 6, isWhole)
  yield { part: 'frame', length }
  const blockMax = Math.min(blockSizeMax, window ?? length ?? 0)
  for (let isLast = false; !isLast; ) {
    const head = bytes.number(3)
    isLast = (head & 1) === 1
    yield blockPart(bytes, head, blockMax)
  }
  if ((flags & 4) !== 0) yield { part: 'sum', sum: bytes.number(4) }
}

function frameLength(bytes: PackedBytes, form: number, isWhole: boolean): number | undefined {
  if (form === 1) return bytes.number(2) + 256
  if (form === 2) return bytes.number(4)
  if (form === 3) return bytes.long()
  return isWhole ? bytes.number(1) : undefined
}

/** Five bits say how many bits it has above ten, and three how many eighths are added. */
const windowOf = (byte: number): number => 2 ** (10 + (byte >> 3)) * (1 + (byte & 7) / 8)

function blockPart(bytes: PackedBytes, head: number, blockMax: number): Part {
  const kind = (head >> 1) & 3
  const size = head >> 3
  if (kind === 3 || size > blockMax) throw new Error('it has a block of no kind that is known')
  if (kind === 1) return { part: 'filled', at: bytes.skip(1), size }
  const at = bytes.skip(size)
  return kind === 0 ? { part: 'stored', at, size } : { part: 'packed', at, size, max: blockMax }
}
