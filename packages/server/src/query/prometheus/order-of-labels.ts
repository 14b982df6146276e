import { compareLabels, type Labels } from '../promql/evaluate/labels.ts'

/**
 * Sorts series by their labels, as `compareLabels` does, which for ten thousand would be called 120,000 times and each time
 * look for texts all over memory. Here they are sorted label by label:
 *
 *   label  job  n       of those that are alike so far, what all values begin with is skipped, and the six letters after it
 *          a    10  0   become a number, with the series' place behind it: numbers are sorted without a call
 *          a    9   1
 *          b    5   2   those whose letters are the same are sorted by what comes after them
 *
 * Where there are few, or their labels have other names, or letters are not ASCII, `compareLabels` decides.
 */
type Labelled = { readonly labels: Labels }

export function inOrderOfLabels<Each extends Labelled>(all: readonly Each[]): { sorted: Each[]; hasTwins: boolean } {
  const sorting = { all: [...all], hasTwins: false }
  sortFrom(sorting, 0, all.length, 0)
  return { sorted: sorting.all, hasTwins: sorting.hasTwins }
}

type Sorting<Each> = { readonly all: Each[]; hasTwins: boolean }

/** Those from `from` up to `to`, which have the labels before the one at `depth` in common. */
function sortFrom<Each extends Labelled>(sorting: Sorting<Each>, from: number, to: number, depth: number): void {
  const isForLetters = to - from >= fewest && to - from <= placesMax
  const letters = isForLetters ? lettersAt(sorting.all, from, to, depth) : 'other'
  if (letters === 'other') compareAll(sorting, from, to)
  else if (letters === 'same') sortFrom(sorting, from, to, depth + 1)
  else sortLetters(letters, sorting, from, to, depth)
}

function sortLetters<Each extends Labelled>(
  letters: BigUint64Array<ArrayBuffer>,
  sorting: Sorting<Each>,
  from: number,
  to: number,
  depth: number,
): void {
  const before = sorting.all.slice(from, to)
  letters.sort()
  const words = new Uint32Array(letters.buffer)
  let first = from
  for (let i = from; i < to; i++) {
    const at = 2 * (i - from)
    const each = before[(words[at] ?? 0) & placeMask]
    if (each !== undefined) sorting.all[i] = each
    if (i + 1 < to && hasSameLetters(words, at)) continue
    if (i > first) sortFrom(sorting, first, i + 1, depth)
    first = i + 1
  }
}

const fewest = 16
const placeBits = 22
const placesMax = 2 ** placeBits
const placeMask = placesMax - 1

const hasSameLetters = (words: Uint32Array, at: number): boolean =>
  words[at + 1] === words[at + 3] && (words[at] ?? 0) >>> placeBits === (words[at + 2] ?? 0) >>> placeBits

/** What is compared next of the label's values, each with its place; or that the values are the same, or not for this way. */
function lettersAt(
  all: readonly Labelled[],
  from: number,
  to: number,
  depth: number,
): BigUint64Array<ArrayBuffer> | 'same' | 'other' {
  const first = all[from]?.labels
  if (first === undefined || depth >= first.size) return 'other'
  const name = first.nameAt(depth)
  const value = first.valueAt(depth)
  const values = new Array<string>(to - from)
  let common = value.length
  let isSame = true
  for (let i = from; i < to; i++) {
    const labels = all[i]?.labels
    if (labels?.nameAt(depth) !== name) return 'other'
    const other = labels.valueAt(depth)
    values[i - from] = other
    if (other === value) continue
    isSame = false
    common = commonLength(value, other, common)
  }
  if (isSame) return 'same'
  return numbersOf(values, common)
}

/** The letters behind those that all have in common, where that goes. */
function numbersOf(values: readonly string[], common: number): BigUint64Array<ArrayBuffer> | 'other' {
  const numbers = new BigUint64Array(values.length)
  const words = new Uint32Array(numbers.buffer)
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? ''
    const high = lettersOf(value, common, 4)
    const low = lettersOf(value, common + 4, 2)
    if (high < 0 || low < 0) return 'other'
    words[2 * i + 1] = high * 16 + (low >>> 10)
    words[2 * i] = (low << placeBits) | i
  }
  return numbers
}

function commonLength(a: string, b: string, most: number): number {
  const length = Math.min(most, b.length)
  for (let i = 0; i < length; i++) if (a.charCodeAt(i) !== b.charCodeAt(i)) return i
  return length
}

/** Seven bits each; 0 behind the end. Negative where one is no ASCII letter, or is the letter 0. */
function lettersOf(text: string, from: number, count: number): number {
  let letters = 0
  for (let i = from; i < from + count; i++) {
    const code = i < text.length ? text.charCodeAt(i) : 0
    if (code > 127 || (code === 0 && i < text.length)) return -1
    letters = letters * 128 + code
  }
  return letters
}

function compareAll<Each extends Labelled>(sorting: Sorting<Each>, from: number, to: number): void {
  const sorted = sorting.all.slice(from, to).sort((a, b) => {
    const order = compareLabels(a.labels, b.labels)
    // All that come to stand next to each other are compared.
    if (order === 0) sorting.hasTwins = true
    return order
  })
  for (const [i, each] of sorted.entries()) sorting.all[from + i] = each
}
