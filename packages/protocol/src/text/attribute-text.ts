import type { AttributeValue } from '../api.ts'

/** An attribute's value as people read and search it: strings bare, 64-bit integers exact, bytes in base64, the rest JSON. */
export function printAttribute(value: AttributeValue): string {
  if (typeof value === 'string') return value
  if (value === null || typeof value !== 'object') return String(value)
  if (!Array.isArray(value)) {
    if ('int' in value && typeof value.int === 'string') return value.int
    if ('bytes' in value && typeof value.bytes === 'string') return value.bytes
  }
  return JSON.stringify(plainAttribute(value))
}

/** The same as plain JSON, for programs that read it: integers that fit are numbers, others and bytes strings. */
export function plainAttribute(value: AttributeValue): unknown {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(plainAttribute)
  if ('int' in value && typeof value.int === 'string') {
    const number = Number(value.int)
    return Number.isSafeInteger(number) ? number : value.int
  }
  if ('bytes' in value && typeof value.bytes === 'string') return value.bytes
  if ('kvlist' in value && typeof value.kvlist === 'object' && value.kvlist !== null && !Array.isArray(value.kvlist)) {
    return Object.fromEntries(Object.entries(value.kvlist).map(([key, item]) => [key, plainAttribute(item)]))
  }
  return value
}
