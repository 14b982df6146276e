import { otlp, wireType } from '@wakeline/protocol'
import { hashAttribute, readAttribute } from './attributes.ts'
import type { Decoding } from './decoding.ts'
import { copyOf, type Origin, type OriginBytes } from './origin-cache.ts'
import { letter, readKeyValue } from './value.ts'

/**
 * Resources and scopes: what a record came from, said once for many records and stored once a day.
 *
 * An id is the hash of the attributes, and of the schema URL, the number of dropped attributes and (of a scope)
 * name and version where they are given. The same bytes as before cost a hash and a compare.
 */

const { resource, instrumentationScope } = otlp
const { bytes, varint } = wireType
const resourceAttributes = (resource.attributes << 3) | bytes
const scopeAttributes = (instrumentationScope.attributes << 3) | bytes

const unknownService = new DataView(new TextEncoder().encode('unknown_service').buffer)
const serviceName = new DataView(new TextEncoder().encode('service.name').buffer)
const nothing = new DataView(new ArrayBuffer(0))

/** Reads a resource, or takes it as known, and writes its row when it has none of today. */
export function takeResource(decoding: Decoding, at: OriginBytes): Origin {
  const { blocks, view, reader } = decoding
  const before = reader.at
  const origin = blocks.resourceCache.find(view, at) ?? readResource(decoding, at)
  if (reader.fault !== undefined) return origin
  if (blocks.knownResources.add(origin.low, origin.high, decoding.today)) {
    const { columns } = blocks.resources
    columns.resource_id.append(origin.low, origin.high)
    columns.day.append(decoding.today)
    columns.service.append(origin.service, 0, origin.service.byteLength)
    decoding.appendText(columns.schema_url, at.schemaUrlAt, at.schemaUrlLength)
    appendAttributes(decoding, at, resourceAttributes, columns)
  }
  reader.at = before
  return origin
}

/** The same for an instrumentation scope. */
export function takeScope(decoding: Decoding, at: OriginBytes): Origin {
  const { blocks, view, reader } = decoding
  const before = reader.at
  const origin = blocks.scopeCache.find(view, at) ?? readScope(decoding, at)
  if (reader.fault !== undefined) return origin
  if (blocks.knownScopes.add(origin.low, origin.high, decoding.today)) {
    const { columns } = blocks.scopes
    const { nameAt, nameLength, versionAt, versionLength } = readNames(decoding, at)
    columns.scope_id.append(origin.low, origin.high)
    columns.day.append(decoding.today)
    decoding.appendText(columns.name, nameAt, nameLength)
    decoding.appendText(columns.version, versionAt, versionLength)
    decoding.appendText(columns.schema_url, at.schemaUrlAt, at.schemaUrlLength)
    appendAttributes(decoding, at, scopeAttributes, columns)
  }
  reader.at = before
  return origin
}

function readResource(decoding: Decoding, at: OriginBytes): Origin {
  const { blocks, view } = decoding
  const found = { service: unknownService }
  blocks.hash.begin()
  const dropped = hashAttributes(decoding, at, resourceAttributes, found)
  finishHash(decoding, at, dropped)
  const origin: Origin = { low: blocks.hash.low, high: blocks.hash.high, service: found.service }
  if (decoding.reader.fault === undefined) blocks.resourceCache.keep(view, at, origin)
  return origin
}

function readScope(decoding: Decoding, at: OriginBytes): Origin {
  const { blocks, view } = decoding
  const { nameAt, nameLength, versionAt, versionLength } = readNames(decoding, at)
  blocks.hash.begin()
  blocks.hash.bytes(view, nameAt, nameLength)
  blocks.hash.bytes(view, versionAt, versionLength)
  const dropped = hashAttributes(decoding, at, scopeAttributes, undefined)
  finishHash(decoding, at, dropped)
  const origin: Origin = { low: blocks.hash.low, high: blocks.hash.high, service: nothing }
  if (decoding.reader.fault === undefined) blocks.scopeCache.keep(view, at, origin)
  return origin
}

function finishHash({ blocks, view }: Decoding, at: OriginBytes, dropped: number): void {
  if (at.schemaUrlLength > 0) blocks.hash.bytes(view, at.schemaUrlAt, at.schemaUrlLength)
  if (dropped > 0) blocks.hash.word(dropped)
  blocks.hash.finish()
}

/** Hashes all attributes and answers how many the sender dropped. `found` takes the service name. */
function hashAttributes(
  decoding: Decoding,
  { at, length }: OriginBytes,
  attributesKey: number,
  found: { service: DataView } | undefined,
): number {
  const { reader, value } = decoding
  const end = at + length
  let dropped = 0
  reader.at = at
  while (reader.at < end) {
    const key = reader.varint32()
    if (key === attributesKey) {
      readKeyValue(reader, value)
      if (reader.fault !== undefined) break
      hashAttribute(decoding, value)
      if (found !== undefined && found.service === unknownService && isServiceName(decoding))
        found.service = textOf(decoding)
    } else if (key === attributesKey - bytes + 8 + varint) dropped = reader.varint32()
    else if (isKnown(key, attributesKey)) reader.refuseWireType(key)
    else reader.skip(key)
  }
  reader.close(end)
  return dropped
}

/** A known number with a wire type that is not its own. Names and versions stand before a scope's attributes. */
function isKnown(key: number, attributesKey: number): boolean {
  const number = key >>> 3
  const attributes = attributesKey >>> 3
  if (number === attributes || number === attributes + 1) return true
  return number < attributes && (key & 7) !== bytes
}

function isServiceName({ view, value }: Decoding): boolean {
  if (value.keyLength !== serviceName.byteLength) return false
  for (let i = 0; i < value.keyLength; i += 1)
    if (view.getUint8(value.keyAt + i) !== serviceName.getUint8(i)) return false
  return true
}

/** The text of the value just read, kept beyond this request. Of an empty one nothing is known. */
function textOf(decoding: Decoding): DataView {
  const { value, view, blocks, limits } = decoding
  const isString = value.letter === letter.s
  if (!isString) decoding.valueText.render(value)
  const length = isString ? Math.min(value.length, limits.valueSizeMaxBytes) : blocks.text.size
  if (length === 0 || value.letter === letter.n) return unknownService
  return isString ? copyOf(view, value.at, length) : copyOf(blocks.text.view, 0, length)
}

type Names = { nameAt: number; nameLength: number; versionAt: number; versionLength: number }

function readNames({ reader }: Decoding, { at, length }: OriginBytes): Names {
  const names: Names = { nameAt: 0, nameLength: 0, versionAt: 0, versionLength: 0 }
  reader.at = at
  while (reader.at < at + length) {
    const key = reader.varint32()
    if (key === ((instrumentationScope.name << 3) | bytes)) {
      names.nameAt = reader.range()
      names.nameLength = reader.length
    } else if (key === ((instrumentationScope.version << 3) | bytes)) {
      names.versionAt = reader.range()
      names.versionLength = reader.length
    } else reader.skip(key)
  }
  return names
}

type AttributeColumns = Pick<
  Decoding['blocks']['resources']['columns'],
  'attributes' | 'attribute_types' | 'dropped_attributes'
>

/** The attributes again, into a row this time. They were read before, so nothing can be wrong with them. */
function appendAttributes(
  decoding: Decoding,
  { at, length }: OriginBytes,
  attributesKey: number,
  columns: AttributeColumns,
): void {
  const { reader, letters } = decoding
  let dropped = 0
  letters.clear()
  reader.at = at
  while (reader.at < at + length) {
    const key = reader.varint32()
    if (key === attributesKey) readAttribute(decoding, columns.attributes, letters)
    else if (key === attributesKey - bytes + 8 + varint) dropped = reader.varint32()
    else reader.skip(key)
  }
  columns.attributes.endRow()
  letters.appendTo(columns.attribute_types)
  columns.dropped_attributes.append(dropped + letters.dropped)
}
