import { writeNumber } from './numbers'

/**
 * The points of a series in Prometheus' JSON, `"],[1767607201,"12.5`, a piece of up to `pointsMax` at a time. Series that share
 * their times share the texts of those, each in a place of 32 bytes whose last one says how long it is.
 */
const pointsMax: u32 = 1024
const timeSize: usize = 32
const timeTexts = memory.data(1024 * 32 + 32)
/** Times in milliseconds; then values. */
const numbers = memory.data(1024 * 8)
/** A time has at most 31 bytes, a number 24. Some are touched behind the last one, here and there. */
const written = memory.data(1024 * 56 + 64)

export function numbersAt(): usize {
  return numbers
}

export function writtenAt(): usize {
  return written
}

/** Makes the texts of `count` times, which stand where numbers do. */
export function takeTimes(count: u32): void {
  for (let i: u32 = 0; i < count; i += 1) {
    const place = timeTexts + <usize>i * timeSize
    store<u32>(place, 0x5b_2c_5d_22)
    const end = writeNumber(load<f64>(numbers + ((<usize>i) << 3)) / 1000, place + 4)
    store<u16>(end, 0x22_2c)
    store<u8>(place + timeSize - 1, <u8>(end + 2 - place))
  }
}

/** Writes `count` values, which stand where numbers do, each behind its time; answers how many bytes that is. */
export function writePoints(count: u32): u32 {
  let at = written
  for (let i: u32 = 0; i < count; i += 1) {
    const place = timeTexts + <usize>i * timeSize
    v128.store(at, v128.load(place))
    v128.store(at + 16, v128.load(place + 16))
    at = writeNumber(load<f64>(numbers + ((<usize>i) << 3)), at + load<u8>(place + timeSize - 1))
  }
  return <u32>(at - written)
}

/** A number alone. */
export function writeOne(value: f64): u32 {
  return <u32>(writeNumber(value, written) - written)
}
