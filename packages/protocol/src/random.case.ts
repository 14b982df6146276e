/** Numbers that look random and are the same for the same seed (mulberry32), so that a run can be repeated. */
export type Random = {
  /** From 0 up to 1. */
  number(): number
  /** A whole number from 0 up to `end`. */
  below(end: number): number
  pick<T>(from: readonly T[]): T
}

export function randomOf(seed: number): Random {
  let state = seed
  const number = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (end: number): number => Math.floor(number() * end)
  return {
    number,
    below,
    pick<T>(from: readonly T[]): T {
      const found = from[below(from.length)]
      if (found === undefined) throw new Error('There is nothing to pick from')
      return found
    },
  }
}
