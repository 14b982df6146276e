/** Texts that stand in one: from each even border up to the one after it. */
export type Texts = { readonly all: string; readonly borders: Uint32Array }

/**
 * A list of texts for each row, of which no text is made before it is asked for: of ten thousand series that a question sums
 * up, it asks for the values of one label.
 */
export class TextLists {
  #all = ''
  #borders = new Uint32Array(0)
  #ends = new Uint32Array(0)

  /** The lists of more rows, which end where `ends` says, counted in texts. */
  add(ends: Uint32Array, { all, borders }: Texts): void {
    this.#borders = joinedNumbers(this.#borders, borders, this.#all.length)
    this.#ends = joinedNumbers(this.#ends, ends, this.#ends.at(-1) ?? 0)
    this.#all += all
  }

  count(row: number): number {
    return (this.#ends[row] ?? 0) - this.#startOf(row)
  }

  /** Empty where the list is not that long. */
  text(row: number, at: number): string {
    const place = 2 * (this.#startOf(row) + at)
    return at < this.count(row) ? this.#all.slice(this.#borders[place], this.#borders[place + 1]) : ''
  }

  hasText(row: number, at: number): boolean {
    const place = 2 * (this.#startOf(row) + at)
    return at < this.count(row) && this.#borders[place] !== this.#borders[place + 1]
  }

  list(row: number): string[] {
    return Array.from({ length: this.count(row) }, (_, at) => this.text(row, at))
  }

  #startOf(row: number): number {
    return row === 0 ? 0 : (this.#ends[row - 1] ?? 0)
  }
}

/** `moved`: what is added to each of `numbers`. */
export function joinedNumbers(before: Uint32Array, numbers: Uint32Array, moved: number): Uint32Array<ArrayBuffer> {
  const all = new Uint32Array(before.length + numbers.length)
  all.set(before)
  all.set(numbers, before.length)
  if (moved !== 0) for (let i = before.length; i < all.length; i++) all[i] = (all[i] ?? 0) + moved
  return all
}
