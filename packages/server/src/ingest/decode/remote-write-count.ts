import { WireReader, wireType } from '@wakeline/protocol'

/** What a request that was stored before has of each kind: it is not decoded again, only counted. */
export function countRecords(
  body: Uint8Array,
  version: 1 | 2,
): { samples: number; histograms: number; exemplars: number } {
  const reader = new WireReader(body)
  const key = (number: number): number => (number << 3) | wireType.bytes
  const counts = { samples: 0, histograms: 0, exemplars: 0 }
  while (reader.at < body.length) {
    const entry = reader.varint32()
    if (entry !== key(version === 1 ? 1 : 5)) {
      reader.skip(entry)
      continue
    }
    const end = reader.lengthEnd()
    while (reader.at < end) {
      const part = reader.varint32()
      if (part === key(2)) counts.samples += 1
      else if (part === key(version === 1 ? 4 : 3)) counts.histograms += 1
      else if (part === key(version === 1 ? 3 : 4)) counts.exemplars += 1
      reader.skip(part)
    }
  }
  return counts
}
