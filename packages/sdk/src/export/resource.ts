import { type AttributeEncoding, writeAttributes } from '../encode/attributes.ts'
import { RecordWriter } from '../encode/record-writer.ts'
import type { Attributes } from '../public.ts'

/** Field 1 of ResourceSpans, ResourceLogs and ResourceMetrics, tag included. */
export function encodeResource(attributes: Attributes, how: AttributeEncoding): Uint8Array {
  const writer = new RecordWriter(1024)
  writer.byte(0x0a)
  const start = writer.open(600)
  writeAttributes(writer, 0x0a, attributes, how, 256)
  writer.close(start, 600)
  return writer.take()
}
