import { compiledModule } from '../base/compiled-module.ts'

/**
 * Numbers as Prometheus' JSON has them: the digits that `String` gives, `+Inf`, `-Inf`, `NaN` and `-0`. A module of WebAssembly
 * (`packages/server/wasm/answers.ts`) writes them as bytes: a text for each of 150,000 points, most of 16 or 17 digits that no
 * other point has, would take several times as long to make, to copy and to throw away.
 *
 * What it gives out lies in its memory, and is overwritten by the next call.
 */
export class WrittenNumbers {
  readonly #exports: Exports
  readonly #numbers: Float64Array
  readonly #written: Uint8Array<ArrayBuffer>
  /** Whose texts the module has. */
  #timesMs: Float64Array | undefined
  #timesFrom = 0

  constructor() {
    const module = compiledModule(new URL('./answers.wasm', import.meta.url))
    this.#exports = new WebAssembly.Instance<Exports>(module).exports
    const { memory, numbersAt, writtenAt, powersAt } = this.#exports
    this.#numbers = new Float64Array(memory.buffer, numbersAt(), pointsAtOnce)
    this.#written = new Uint8Array(memory.buffer, writtenAt())
    writePowers(new BigUint64Array(memory.buffer, powersAt(), 2 * (powerMax - powerMin + 1)))
  }

  one(value: number): Uint8Array<ArrayBuffer> {
    return this.#written.subarray(0, this.#exports.writeOne(value))
  }

  /** `"],[1767607201,"12.5` of each point from `from` on, of at most `pointsAtOnce`. The times of many series are mostly the same. */
  points(timesMs: Float64Array, values: Float64Array, from: number): Uint8Array<ArrayBuffer> {
    const to = Math.min(from + pointsAtOnce, timesMs.length)
    if (timesMs !== this.#timesMs || from !== this.#timesFrom) {
      this.#numbers.set(timesMs.subarray(from, to))
      this.#exports.takeTimes(to - from)
      this.#timesMs = timesMs
      this.#timesFrom = from
    }
    this.#numbers.set(from === 0 && to === values.length ? values : values.subarray(from, to))
    return this.#written.subarray(0, this.#exports.writePoints(to - from))
  }
}

/** `pointsMax` of the module. */
export const pointsAtOnce = 1024
/** What each point begins with, of which the first has none before it. */
export const betweenPoints = '"],'

type Exports = {
  readonly memory: { readonly buffer: ArrayBuffer }
  numbersAt: () => number
  writtenAt: () => number
  powersAt: () => number
  /** Times in milliseconds, or values, stand where numbers do. Answers how many bytes were written. */
  takeTimes: (count: number) => void
  writePoints: (count: number) => number
  writeOne: (value: number) => number
}

/** Of ten, that the module multiplies with. */
const [powerMin, powerMax] = [-292, 324]

/** Their highest 128 bits, rounded up, in two words. */
function writePowers(words: BigUint64Array): void {
  for (let power = powerMin, at = 0; power <= powerMax; power++) {
    const whole = 10n ** BigInt(Math.abs(power))
    // 127 less the logarithm to the base of two.
    const shift = 127 - ((power * 1_741_647) >> 19)
    const bits = power < 0 ? quotientUp(1n << BigInt(shift), whole) : shifted(whole, shift)
    words[at++] = bits & 0xffff_ffff_ffff_ffffn
    words[at++] = bits >> 64n
  }
}

const shifted = (whole: bigint, shift: number): bigint =>
  shift >= 0 ? whole << BigInt(shift) : quotientUp(whole, 1n << BigInt(-shift))

const quotientUp = (whole: bigint, by: bigint): bigint => (whole + by - 1n) / by
