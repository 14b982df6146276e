import { useState } from 'react'

/** The value as it was when `hold` began, for as long as it lasts: what someone reads does not move under their eyes. */
export function useHeld<Value>(value: Value, hold: boolean): Value {
  const [kept, setKept] = useState(value)
  if (!hold && kept !== value) setKept(value)
  return hold ? kept : value
}
