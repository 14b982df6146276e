import type { Statement } from '../store/store.ts'

/**
 * SQL as text plus typed parameters. In sql`...` a bare value is always a parameter (a string becomes String, a
 * bigint Int64, an array of strings Array(String)); a fragment is pasted in; nothing else can enter the text
 * but `trusted`, which takes only words this program wrote.
 */
export type Sql = { parts: readonly string[]; holes: readonly Hole[] }
export type Param = {
  type: ParamType
  value: string | number | readonly string[] | readonly number[] | readonly Uint8Array[]
}
type ParamType =
  | 'String'
  | 'Int64'
  | 'UInt64'
  | 'Float64'
  | 'UInt8'
  | 'Array(String)'
  | 'Array(UInt64)'
  | 'Array(UInt8)'
  | 'Array(FixedString(16))'
type Hole = Sql | Param

export function sql(parts: TemplateStringsArray, ...holes: (Sql | Param | string | bigint | readonly string[])[]): Sql {
  return { parts, holes: holes.map(toHole) }
}

function toHole(value: Sql | Param | string | bigint | readonly string[]): Hole {
  if (typeof value === 'string') return { type: 'String', value }
  if (typeof value === 'bigint') return { type: 'Int64', value: value.toString() }
  if ('parts' in value || 'type' in value) return value
  return { type: 'Array(String)', value }
}

/** Text of our own: a table, a column, a keyword. Never anything a request carried. */
export function trusted(text: string): Sql {
  return { parts: [text], holes: [] }
}

export const uint = (value: number): Param => ({ type: 'UInt64', value })
export const float = (value: number): Param => ({ type: 'Float64', value })
/** 64-bit ids travel as decimal text, which a number could not hold. */
export const id = (value: bigint): Param => ({ type: 'UInt64', value: value.toString() })
export const ids = (values: readonly string[]): Param => ({ type: 'Array(UInt64)', value: values })

/** Trace ids, given in hex. */
export const traceIds = (values: readonly string[]): Param => ({
  type: 'Array(FixedString(16))',
  value: values.map((hex) => Buffer.from(hex, 'hex')),
})

export function joined(fragments: readonly Sql[], separator: string): Sql {
  const parts = fragments.map((_, index) => (index === 0 ? '' : separator))
  return { parts: [...parts, ''], holes: fragments }
}

/** Parameters are numbered in order of appearance; one object used twice is one parameter. */
export function render(fragment: Sql): Statement {
  const names = new Map<Param, string>()
  const params: Record<string, unknown> = {}
  const text = (piece: Sql): string =>
    piece.parts
      .map((part, index) => {
        const hole = piece.holes[index]
        if (hole === undefined) return part
        if ('parts' in hole) return part + text(hole)
        let name = names.get(hole)
        if (name === undefined) {
          name = `p${names.size + 1}`
          names.set(hole, name)
          params[name] = hole.value
        }
        return `${part}{${name}:${hole.type}}`
      })
      .join('')
  return { sql: text(fragment), params }
}
