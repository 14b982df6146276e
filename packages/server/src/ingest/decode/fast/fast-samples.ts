import type { Decoding } from '../decoding.ts'
import { bodyAt, type FastModule, full, rule, ruleWords, unusual, Worth } from './fast-module.ts'

/**
 * What senders of remote write 1.0 repeat every few seconds, which is nearly all that comes: series with one sample, whose labels
 * were sent before and have their row of the day. Their rows are filled where they are, by who knows them (`SeriesCache`).
 */
export class FastSamples {
  readonly #module: FastModule
  readonly #worth = new Worth()

  constructor(module: FastModule) {
    this.#module = module
  }

  /** Whether this body can be read here. */
  open({ reader: { bytes } }: Decoding): boolean {
    return this.#module.open(bytes)
  }

  /** Moves the cursor over the series that it stands at; answers whether there was one. */
  pass({ reader }: Decoding): boolean {
    const { at } = reader
    reader.at = this.#module.exports.passSeries(bodyAt + at, bodyAt + reader.bytes.length) - bodyAt
    return reader.at > at
  }

  /** Takes the series from the cursor to the first that is otherwise, and answers how many they were. */
  take({ reader, blocks }: Decoding): number {
    const { series_id, ts, start_ts, value, flags } = blocks.samples.columns
    const lent = [series_id, ts, value, blocks.seriesCache]
    const { exports, isEager, memory, words } = this.#module
    let taken = 0
    if (!this.#worth.ask() && !isEager) return taken
    while (lent.every((each) => each.isIn(memory))) {
      let at = ruleWords
      for (const each of lent) at = each.lend(words, at)
      const ending = exports.takeSamples(bodyAt + reader.at, bodyAt + reader.bytes.length)
      at = ruleWords
      for (const each of lent) at = each.takeBack(words, at)
      taken += words[rule.taken] ?? 0
      reader.at = (words[rule.end] ?? 0) - bodyAt
      if (ending === full) for (const column of [series_id, ts, value]) column.reserve(ts.count + 1)
      else {
        this.#worth.note(taken, ending === unusual)
        break
      }
    }
    start_ts.fill(ts.count)
    flags.fill(ts.count)
    return taken
  }
}
