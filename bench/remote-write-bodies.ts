import { WireWriter } from '@wakeline/protocol'
import { compressSync } from 'snappy'

/**
 * What a Prometheus sends that scrapes 10,000 series 240 times: requests of 500 series with one sample each, in
 * snappy. A group of series is one connection's, so that its samples stay in order.
 */
export const seriesCount = 10_000
export const stepCount = 240
const seriesPerBody = 500
const stepMs = 15_000
/** VictoriaMetrics does not show what is younger than half a minute. */
const lastAgeMs = 60_000

/** Bodies by group, in order of time, the last of them from a minute ago. */
export function prepareRemoteWrite(nowUnixMs: number): Uint8Array[][] {
  const labels = Array.from({ length: seriesCount }, (_, series) => labelBytes(series))
  const firstMs = nowUnixMs - stepCount * stepMs - lastAgeMs
  const groups = Array.from({ length: seriesCount / seriesPerBody }, (_, group) => group * seriesPerBody)
  return groups.map((first) =>
    Array.from({ length: stepCount }, (_, step) =>
      writeBody(labels.slice(first, first + seriesPerBody), { first, step, timeMs: firstMs + step * stepMs }),
    ),
  )
}

/** 100 metrics of 100 targets. */
function labelBytes(series: number): Uint8Array {
  const metric = Math.floor(series / 100)
  const target = series % 100
  const writer = new WireWriter(512)
  const labels = [
    ['__name__', `bench_requests_${metric}_total`],
    ['cluster', 'eu-west-1'],
    ['code', target % 7 === 0 ? '500' : '200'],
    ['environment', 'production'],
    ['handler', `/api/v1/orders/${metric}`],
    ['instance', `10.0.${target % 10}.${target}:9100`],
    ['job', `service-${target % 12}`],
    ['method', metric % 3 === 0 ? 'POST' : 'GET'],
  ] as const
  for (const [name, value] of labels) {
    const mark = writer.begin(1)
    writer.textEntry(1, name)
    writer.textEntry(2, value)
    writer.end(mark)
  }
  return writer.take()
}

type Moment = { first: number; step: number; timeMs: number }

function writeBody(labels: readonly Uint8Array[], { first, step, timeMs }: Moment): Uint8Array {
  const writer = new WireWriter(seriesPerBody * 300)
  labels.forEach((bytes, index) => {
    const mark = writer.begin(1)
    writer.reserve(bytes.length)
    writer.bytes.set(bytes, writer.size)
    writer.size += bytes.length
    const sample = writer.begin(2)
    writer.key(1, 1)
    // Counters, each with a pace of its own.
    writer.double(step * ((first + index) % 97) + Math.floor(step / 7))
    writer.varintEntry(2, timeMs)
    writer.end(sample)
    writer.end(mark)
  })
  return compressSync(Buffer.from(writer.take()))
}
