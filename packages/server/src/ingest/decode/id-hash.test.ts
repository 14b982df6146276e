import { expect, test } from 'vitest'
import { IdHash } from './id-hash.ts'

const viewOf = (text: string): DataView => new DataView(new TextEncoder().encode(text).buffer)
const leadOf = (id: bigint): bigint => id >> 56n

/** The ids of so many series of a metric, each with one attribute. */
function idsOf(metric: string, series: number): bigint[] {
  const hash = new IdHash()
  const name = viewOf(metric)
  const key = viewOf('n')
  hash.begin()
  hash.bytes(name, 0, name.byteLength)
  hash.lead()
  hash.keep()
  return Array.from({ length: series }, (_, i) => {
    const value = viewOf(String(i))
    hash.resume()
    hash.entry(key, 0, key.byteLength)
    hash.bytes(value, 0, value.byteLength)
    hash.endEntry()
    hash.finish()
    return BigInt.asUintN(64, (BigInt(hash.high) << 32n) | BigInt(hash.low >>> 0))
  })
}

test('series of one metric lie together, and metrics apart', () => {
  const ids = idsOf('requests', 5000)
  expect(new Set(ids.map(leadOf)).size).toBe(1)
  expect(new Set(ids).size).toBe(5000)
  const leads = Array.from({ length: 1000 }, (_, i) => leadOf(idsOf(`metric_${i}`, 1)[0] ?? 0n))
  // Thrown at random, a thousand meet all but five of 256.
  expect(new Set(leads).size).toBeGreaterThan(240)
})

test.each([2, 3, 4, 7])('series of one metric are spread over %i shards', (shards) => {
  const counts = Array.from({ length: shards }, () => 0)
  for (const id of idsOf('requests', 7000)) {
    const shard = Number(id % BigInt(shards))
    counts[shard] = (counts[shard] ?? 0) + 1
  }
  for (const count of counts) expect(Math.abs(count / (7000 / shards) - 1)).toBeLessThan(0.15)
})

test('what begins anew has no lead of what came before', () => {
  const hash = new IdHash()
  const name = viewOf('requests')
  const idOf = (): number => {
    hash.begin()
    hash.word(7)
    hash.finish()
    return hash.high
  }
  const before = idOf()
  hash.begin()
  hash.bytes(name, 0, name.byteLength)
  hash.lead()
  hash.finish()
  expect(idOf()).toBe(before)
})
