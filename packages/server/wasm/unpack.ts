/** What TypeScript calls to expand bodies: see `ingest/expand`. */
export { crc32c, xxh32, xxh64 } from './checksums'
export { lz4Block } from './lz4'
export { expand as snappyBlock } from './snappy'
export { beginFrame, zstdBlock } from './zstd'

/** Where bodies are put, behind what the module keeps for itself. */
export function roomAt(): usize {
  return (__heap_base + 63) & ~63
}
