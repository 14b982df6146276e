import { wireType } from '../wire/wire-type.ts'
import { type WireWriter, zigzag } from '../wire/wire-writer.ts'
import type { EntrySchema } from './schema.ts'

/** Scalars of OTLP/JSON to protobuf entries, and what each kind of them looks like when it is right. */

type ScalarSchema = Exclude<EntrySchema, { kind: 'message' }>
type Kind = ScalarSchema['kind']
type Write = (writer: WireWriter, entry: ScalarSchema, json: unknown) => boolean

const kinds: Readonly<Record<Kind, { expected: string; write: Write }>> = {
  text: { expected: 'a string', write: writeText },
  bytes: { expected: 'bytes in base64', write: writeBytes },
  'trace id': { expected: '32 hex digits', write: (writer, entry, json) => writeId(writer, entry, json, 32) },
  'span id': { expected: '16 hex digits', write: (writer, entry, json) => writeId(writer, entry, json, 16) },
  bool: { expected: 'true or false', write: writeBool },
  uint32: { expected: 'an integer from 0 to 4294967295', write: (...all) => writeVarint(...all, 0n, uint32Max) },
  sint32: { expected: 'an integer of 32 bits', write: writeZigzag },
  fixed32: { expected: 'an integer from 0 to 4294967295', write: writeFixed32 },
  int64: { expected: 'an integer of 64 bits', write: (...all) => writeVarint(...all, int64Min, int64Max) },
  uint64: {
    expected: 'an integer of 64 bits that is not negative',
    write: (...all) => writeVarint(...all, 0n, uint64Max),
  },
  fixed64: {
    expected: 'an integer of 64 bits that is not negative',
    write: (...all) => writeFixed64(...all, 0n, uint64Max),
  },
  sfixed64: { expected: 'an integer of 64 bits', write: (...all) => writeFixed64(...all, int64Min, int64Max) },
  double: { expected: 'a number', write: writeDouble },
  enum: { expected: 'a number or a name of the enum', write: writeEnum },
}

/** Writes the entry and answers true, or answers false and writes nothing where the value is of another kind. */
export function writeScalar(writer: WireWriter, entry: ScalarSchema, json: unknown): boolean {
  return kinds[entry.kind].write(writer, entry, json)
}

export function expectationOf(entry: ScalarSchema): string {
  return kinds[entry.kind].expected
}

const uint32Max = 0xffff_ffffn
const uint64Max = 0xffff_ffff_ffff_ffffn
const int64Min = -0x8000_0000_0000_0000n
const int64Max = 0x7fff_ffff_ffff_ffffn

function writeText(writer: WireWriter, { number }: ScalarSchema, json: unknown): boolean {
  if (typeof json !== 'string') return false
  writer.textEntry(number, json)
  return true
}

/** With or without padding, of the common or the URL alphabet; one digit of base64 alone is no byte. */
function writeBytes(writer: WireWriter, { number }: ScalarSchema, json: unknown): boolean {
  if (typeof json !== 'string' || !/^(?:[\w+/-]{4})*(?:[\w+/-]{2,3})?={0,2}$/.test(json)) return false
  writer.bytesEntry(number, Buffer.from(json, 'base64'))
  return true
}

/** An empty id is none. */
function writeId(writer: WireWriter, { number }: ScalarSchema, json: unknown, digits: number): boolean {
  if (typeof json !== 'string' || (json.length !== digits && json.length !== 0) || !/^[\da-f]*$/i.test(json))
    return false
  writer.bytesEntry(number, Buffer.from(json, 'hex'))
  return true
}

function writeBool(writer: WireWriter, { number }: ScalarSchema, json: unknown): boolean {
  if (typeof json !== 'boolean') return false
  writer.varintEntry(number, json ? 1 : 0)
  return true
}

function writeVarint(writer: WireWriter, { number }: ScalarSchema, json: unknown, min: bigint, max: bigint): boolean {
  const value = integerOf(json, min, max)
  if (value === undefined) return false
  writer.varintEntry(number, value)
  return true
}

function writeZigzag(writer: WireWriter, { number }: ScalarSchema, json: unknown): boolean {
  const value = integerOf(json, -0x8000_0000n, 0x7fff_ffffn)
  if (value === undefined) return false
  writer.varintEntry(number, zigzag(Number(value)))
  return true
}

function writeFixed32(writer: WireWriter, { number }: ScalarSchema, json: unknown): boolean {
  const value = integerOf(json, 0n, uint32Max)
  if (value === undefined) return false
  writer.key(number, wireType.fixed32)
  writer.fixed32(Number(value))
  return true
}

function writeFixed64(writer: WireWriter, { number }: ScalarSchema, json: unknown, min: bigint, max: bigint): boolean {
  const value = integerOf(json, min, max)
  if (value === undefined) return false
  writer.fixed64Entry(number, value)
  return true
}

function writeDouble(writer: WireWriter, { number }: ScalarSchema, json: unknown): boolean {
  // Number('') is 0, and Number(' 1 ') is 1: only what JSON calls a number, and the three that it cannot write.
  const isNumeric = typeof json === 'string' && /^(-?\d+(\.\d+)?([eE][+-]?\d+)?|NaN|-?Infinity)$/.test(json)
  if (typeof json !== 'number' && !isNumeric) return false
  const value = Number(json)
  // Digits that come to more than a double holds are no infinity.
  if (Math.abs(value) === Infinity && (typeof json === 'number' || !json.endsWith('Infinity'))) return false
  writer.doubleEntry(number, value)
  return true
}

function writeEnum(writer: WireWriter, entry: ScalarSchema, json: unknown): boolean {
  const names: Readonly<Record<string, number>> = entry.kind === 'enum' ? entry.names : {}
  const named = typeof json === 'string' && Object.hasOwn(names, json) ? names[json] : json
  return writeVarint(writer, entry, named, 0n, 0x7fff_ffffn)
}

/** An integer given as a number or as decimal text, exact to 64 bits. */
function integerOf(json: unknown, min: bigint, max: bigint): bigint | undefined {
  const value =
    typeof json === 'string' ? integerOfText(json) : Number.isInteger(json) ? BigInt(json as number) : undefined
  return value === undefined || value < min || value > max ? undefined : value
}

/** With a point or an exponent as well, as in `1e3` and `5.0`, where it is whole all the same. */
function integerOfText(text: string): bigint | undefined {
  if (/^-?\d{1,20}$/.test(text)) return BigInt(text)
  const parts = /^(-?)(\d{1,20})(?:\.(\d{1,20}))?(?:[eE]([+-]?\d{1,2}))?$/.exec(text)
  if (parts === null) return undefined
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts
  const zeros = Number(exponent) - fraction.length
  const digits = whole + fraction + '0'.repeat(Math.max(0, zeros))
  const left = digits.length - Math.max(0, -zeros)
  if (/[1-9]/.test(digits.slice(Math.max(0, left)))) return undefined
  return BigInt(`${sign}${digits.slice(0, Math.max(0, left)) || '0'}`)
}
