import { type AttributeEncoding, writeAttributes } from '../encode/attributes.ts'
import { cutString, textOf } from '../encode/plain-value.ts'
import { RecordWriter } from '../encode/record-writer.ts'

/** Span.attributes */
export const spanAttributeEntry = 0x4a

/** What many spans have alike, encoded once for all of them. */
export interface SharedAttributes {
  /** Key, value, key, value: as a span holds them. */
  readonly list: readonly unknown[]
  readonly wire: Uint8Array
  /** The same after a name and `kind`, as a span begins that is called so. */
  readonly name: string
  readonly kind: number
  readonly named: Uint8Array
}

export function shareAttributes(
  { name, kind }: { name: string; kind: number },
  attributes: object,
  how: AttributeEncoding,
): SharedAttributes {
  const list = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .flat()
  const writer = new RecordWriter(256)
  writeName(writer, name, kind, how)
  const start = writer.at
  writeAttributes(writer, spanAttributeEntry, attributes, how, list.length)
  return { list, wire: writer.since(start), name, kind, named: writer.take() }
}

export function writeName(writer: RecordWriter, name: string, kind: number, how: AttributeEncoding): void {
  writer.byte(0x2a)
  writer.string(cutString(textOf(name), how.limits.stringMax))
  writer.reserve(24)
  writer.byte(0x30)
  writer.byte(kind)
}
