import type { Random } from '../../packages/protocol/src/random.case.ts'

/** Inputs grow no longer than this, so that millions of them are soon tried. */
export const inputMaxBytes = 4096

const interesting = [0, 1, 0x0a, 0x0d, 0x20, 0x22, 0x5c, 0x7b, 0x7d, 0x7f, 0x80, 0xc0, 0xed, 0xf4, 0xff]

type Mutation = (
  input: Uint8Array,
  random: Random,
  others: readonly Uint8Array[],
  words: readonly Uint8Array[],
) => Uint8Array

const mutations: readonly Mutation[] = [
  // A bit.
  (input, random) =>
    changed(input, (copy) => {
      const at = random.below(copy.length)
      copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8))
    }),
  // A byte.
  (input, random) =>
    changed(input, (copy) => {
      copy[random.below(copy.length)] = random.below(256)
    }),
  (input, random) =>
    changed(input, (copy) => {
      copy[random.below(copy.length)] = random.pick(interesting)
    }),
  // Small steps: lengths, numbers, digits.
  (input, random) =>
    changed(input, (copy) => {
      const at = random.below(copy.length)
      copy[at] = (copy[at] ?? 0) + random.below(9) - 4
    }),
  // A part taken out, doubled, moved in from another place or from another input.
  (input, random) => {
    const [from, to] = range(input, random)
    return joined(input.subarray(0, from), input.subarray(to))
  },
  (input, random) => {
    const [from, to] = range(input, random)
    return joined(input.subarray(0, to), input.subarray(from))
  },
  (input, random, others) => {
    const other = random.pick(others)
    const [from, to] = range(other, random)
    const at = random.below(input.length + 1)
    return joined(input.subarray(0, at), other.subarray(from, to), input.subarray(at))
  },
  (input, random, others) => {
    const other = random.pick(others)
    return joined(input.subarray(0, random.below(input.length + 1)), other.subarray(random.below(other.length + 1)))
  },
  // Cut off.
  (input, random) => input.slice(0, random.below(input.length + 1)),
  // A word of the language, put in or written over.
  (input, random, _others, words) => {
    const word = random.pick(words)
    const at = random.below(input.length + 1)
    return joined(
      input.subarray(0, at),
      word,
      input.subarray(random.below(2) === 0 ? at : Math.min(input.length, at + word.length)),
    )
  },
  // A number of ten bytes, as no length may be.
  (input, random) => {
    const at = random.below(input.length + 1)
    const varint = Uint8Array.from({ length: 1 + random.below(10) }, (_, index) =>
      index === 9 ? random.below(3) : 0x80 | random.below(128),
    )
    return joined(input.subarray(0, at), varint, input.subarray(at))
  },
]

/** One to eight changes of an input, each chosen by chance. */
export function mutate(
  input: Uint8Array,
  random: Random,
  others: readonly Uint8Array[],
  words: readonly Uint8Array[],
): Uint8Array {
  let mutated = input
  for (let times = 1 + random.below(4) * random.below(3); times > 0; times -= 1)
    mutated = random.pick(mutations)(mutated, random, others, words)
  return mutated.length > inputMaxBytes ? mutated.slice(0, inputMaxBytes) : mutated
}

function changed(input: Uint8Array, change: (copy: Uint8Array) => void): Uint8Array {
  const copy = input.slice()
  if (copy.length > 0) change(copy)
  return copy
}

function range(input: Uint8Array, random: Random): [from: number, to: number] {
  const from = random.below(input.length + 1)
  return [from, Math.min(input.length, from + random.below(random.below(4) === 0 ? 256 : 16))]
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
