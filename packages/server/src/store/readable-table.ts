import { insideOf, splitTopLevel } from '../base/native/type-text.ts'

/**
 * A typed question's answer, made readable: ids (FixedString) as lower-case hex digits, as pages and documents write them.
 * The engine's JSON would print them as the text they are not.
 *
 *   the answer   JSONCompactEachRowWithNamesAndTypes: ["name", ...], ["type", ...], then a row a line
 *   read as      one character a byte, so that no byte is lost before its column's type is known
 */
export type ReadableTable = { columns: { name: string; type: string }[]; rows: unknown[][] }

export const readableFormat = 'JSONCompactEachRowWithNamesAndTypes'

export function parseReadableTable(bytes: Uint8Array): ReadableTable {
  const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1').split('\n')
  const [names = [], types = [], ...rows] = lines.filter((line) => line !== '').map(parseLine)
  const readers = types.map((type) => readerOf(bytesOf(String(type)).toString()))
  return {
    columns: names.map((name, index) => ({
      name: bytesOf(String(name)).toString(),
      type: bytesOf(String(types[index])).toString(),
    })),
    rows: rows.map((row) => row.map((value, index) => readers[index]?.(value))),
  }
}

function parseLine(line: string): unknown[] {
  const row: unknown[] = JSON.parse(line)
  return row
}

type ReadValue = (value: unknown) => unknown

/** Of a type as it is written: values of ids are below FixedString, however deep; all other text is UTF-8. */
function readerOf(type: string): ReadValue {
  if (!type.includes('FixedString(')) return readText
  const inside = insideOf(type)
  const parts = splitTopLevel(inside)
  switch (type.slice(0, type.indexOf('('))) {
    case 'FixedString':
      return (value) => (typeof value === 'string' ? bytesOf(value).toString('hex') : value)
    case 'Nullable':
    case 'LowCardinality':
      return readerOf(inside)
    case 'Array':
      return eachOf(() => readerOf(inside))
    case 'Map': {
      const [key = '', value = ''] = parts
      const [readKey, readValue] = [readerOf(key), readerOf(value)]
      return (map) =>
        isObject(map)
          ? Object.fromEntries(Object.entries(map).map(([name, one]) => [readKey(name), readValue(one)]))
          : map
    }
    case 'Tuple': {
      const readers = parts.map((part) => readerOf(/^(?:\w+|`[^`]*`) (.*)$/s.exec(part)?.[1] ?? part))
      return eachOf((index) => readers[index] ?? readText)
    }
    default:
      return readText
  }
}

/** Of a list or, where its elements have names, of an object in their order. */
function eachOf(reader: (index: number) => ReadValue): ReadValue {
  return (value) => {
    if (Array.isArray(value)) return value.map((one: unknown, index) => reader(index)(one))
    if (!isObject(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, one], index) => [bytesOf(name).toString(), reader(index)(one)]),
    )
  }
}

function readText(value: unknown): unknown {
  if (typeof value === 'string') return bytesOf(value).toString()
  return typeof value === 'object' && value !== null ? eachOf(() => readText)(value) : value
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** The engine escapes two characters beyond a byte (U+2028 and U+2029), which no other text here has. */
function bytesOf(text: string): Buffer {
  return Buffer.concat(
    text.split(/([\u2028\u2029])/).map((part) => Buffer.from(part, part > '\u00ff' ? 'utf8' : 'latin1')),
  )
}
