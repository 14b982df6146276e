import type { Attributes } from '../public.ts'

const unreadable = '[cannot be read]'

/**
 * A copy that is safe to read: getters have been called, and what throws is said in its place, be it one of them or a Proxy that
 * does not tell its keys. The prototype is null: any name is only a name.
 */
export function readable(attributes: object | undefined): Attributes {
  const copy: Attributes = Object.create(null)
  if (typeof attributes !== 'object') return copy
  try {
    for (const key in attributes) {
      try {
        const value: unknown = Reflect.get(attributes, key)
        if (value !== undefined) copy[key] = value
      } catch {
        copy[key] = unreadable
      }
    }
  } catch {
    copy['attributes'] = unreadable
  }
  return copy
}
