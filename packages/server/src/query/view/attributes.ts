import type { Attributes, AttributeValue } from '@wakeline/protocol'

/**
 * Columns to attributes with the types they were sent with. `types` has a letter for each entry in order (see
 * `store/tables.ts`); none at all means that every value is a string.
 */
export function attributesOf(keys: readonly string[], values: readonly string[], types: string): Attributes {
  const attributes: Attributes = {}
  keys.forEach((key, index) => {
    // Of a repeated key the first counts, as it does in a search.
    if (!Object.hasOwn(attributes, key))
      define(attributes, key, attributeValue(values[index] ?? '', types.charAt(index)))
  })
  return attributes
}

/** An attribute may be called __proto__; assigning it would be another thing. */
function define(attributes: Attributes, key: string, value: AttributeValue): void {
  Object.defineProperty(attributes, key, { value, enumerable: true, writable: true, configurable: true })
}

export function attributeValue(text: string, type: string): AttributeValue {
  // Capital letters are of what was added on arrival.
  switch (type.toLowerCase()) {
    case 'b':
      return text === 'true'
    case 'i':
      return { int: text }
    case 'd':
      // JSON has no NaN and no infinities: they stay text.
      return Number.isFinite(Number(text)) ? Number(text) : text
    case 'x':
      return { bytes: text }
    case 'n':
      return null
    case 'a':
    case 'k':
      return ofOtlpJson(text, type.toLowerCase() === 'a' ? 'a' : 'k')
    default:
      return text
  }
}

function ofOtlpJson(text: string, type: 'a' | 'k'): AttributeValue {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    // Cut at the limit of a value's length: the text is what is left of it.
    return text
  }
  return ofAnyValue(
    type === 'a' ? { arrayValue: unwrapped(json, 'arrayValue') } : { kvlistValue: unwrapped(json, 'kvlistValue') },
  )
}

/** `{arrayValue: {values}}`, `{values}` and the bare list are all read as the list's holder. */
function unwrapped(json: unknown, name: string): unknown {
  if (Array.isArray(json)) return { values: json }
  return isObject(json) && name in json ? json[name] : json
}

function ofAnyValue(json: unknown): AttributeValue {
  if (!isObject(json)) return null
  if (typeof json['stringValue'] === 'string') return json['stringValue']
  if (typeof json['boolValue'] === 'boolean') return json['boolValue']
  if ('intValue' in json) return { int: String(json['intValue']) }
  if ('doubleValue' in json) return attributeValue(String(json['doubleValue']), 'd')
  if (typeof json['bytesValue'] === 'string') return { bytes: json['bytesValue'] }
  if ('arrayValue' in json) return listOf(json['arrayValue']).map(ofAnyValue)
  if (!('kvlistValue' in json)) return null
  const attributes: Attributes = {}
  for (const entry of listOf(json['kvlistValue'])) {
    if (isObject(entry)) define(attributes, String(entry['key'] ?? ''), ofAnyValue(entry['value']))
  }
  return { kvlist: attributes }
}

function listOf(holder: unknown): unknown[] {
  return isObject(holder) && Array.isArray(holder['values']) ? holder['values'] : []
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
