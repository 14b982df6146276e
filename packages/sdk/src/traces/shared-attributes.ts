import { type AttributeEncoding, writeAttributes } from '../encode/attributes.ts'
import { RecordWriter } from '../encode/record-writer.ts'

/** Span.attributes */
export const spanAttributeEntry = 0x4a

/** Attributes that many spans have alike, encoded once for all of them. */
export interface SharedAttributes {
  /** Key, value, key, value: as a span holds them. */
  readonly list: readonly unknown[]
  readonly wire: Uint8Array
}

export function shareAttributes(attributes: object, how: AttributeEncoding): SharedAttributes {
  const list = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .flat()
  const writer = new RecordWriter(256)
  writeAttributes(writer, spanAttributeEntry, attributes, how, list.length)
  return { list, wire: writer.take() }
}
