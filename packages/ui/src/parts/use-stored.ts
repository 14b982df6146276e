import { useCallback, useState } from 'react'

/**
 * A preference kept in this browser's local storage under `wakeline.<name>`, as JSON. What cannot be read, or does not pass
 * `check`, is the fallback; where storage is refused (private windows) it lives as long as the page.
 */
export function useStored<Value>(
  name: string,
  fallback: Value,
  check: (value: unknown) => value is Value,
): readonly [Value, (value: Value) => void] {
  const key = `wakeline.${name}`
  const [value, setValue] = useState(() => read(key, fallback, check))
  const set = useCallback(
    (next: Value) => {
      setValue(next)
      try {
        localStorage.setItem(key, JSON.stringify(next))
      } catch {
        // The preference then lasts as long as the page, which is all a refusing browser allows.
      }
    },
    [key],
  )
  return [value, set]
}

function read<Value>(key: string, fallback: Value, check: (value: unknown) => value is Value): Value {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? 'null')
    return check(value) ? value : fallback
  } catch {
    return fallback
  }
}

export function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

export function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean'
}
