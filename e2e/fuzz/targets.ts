import { readBlocks } from '../../packages/server/src/base/native/read-blocks.ts'
import { Arrival } from '../../packages/server/src/ingest/arrival/arrival.ts'
import type { Decode } from '../../packages/server/src/ingest/decode/decode.ts'
import { elasticsearchBulkToOtlp } from '../../packages/server/src/ingest/decode/elasticsearch.ts'
import { jsonLinesToOtlp, type TranscodedRecords } from '../../packages/server/src/ingest/decode/json-lines.ts'
import { lokiJsonToOtlp, lokiProtobufToOtlp } from '../../packages/server/src/ingest/decode/loki.ts'
import { OpenBlocks } from '../../packages/server/src/ingest/decode/open-blocks.ts'
import { decodeOtlpLogs, decodeOtlpMetrics, decodeOtlpTraces } from '../../packages/server/src/ingest/decode/otlp.ts'
import { otlpJsonToProtobuf, type Signal } from '../../packages/server/src/ingest/decode/otlp-json.ts'
import { decodeRemoteWrite1, decodeRemoteWrite2 } from '../../packages/server/src/ingest/decode/remote-write.ts'
import { StatsdSeries } from '../../packages/server/src/ingest/decode/statsd.ts'
import { syslogToOtlp } from '../../packages/server/src/ingest/decode/syslog.ts'
import { zipkinToOtlp } from '../../packages/server/src/ingest/decode/zipkin.ts'
import { Expander, type PackingName } from '../../packages/server/src/ingest/expand/expander.ts'
import { packedBodies } from '../../packages/server/src/ingest/expand/packed-bodies.case.ts'
import type { Dialect } from '../../packages/server/src/ingest/exposition/exposition.ts'
import { readExposition } from '../../packages/server/src/ingest/exposition/read-exposition.ts'
import { atOnce } from '../../packages/server/src/ingest/in-turns.ts'
import { SyslogFrames } from '../../packages/server/src/ingest/receive/syslog-frames.ts'
import { readScrapeConfigs } from '../../packages/server/src/ingest/scrape/read-config.ts'
import { readProtobuf } from '../../packages/server/src/ingest/scrape/read-protobuf.ts'
import * as seeds from './seeds.ts'

/** Everything that reads bytes from outside, each with inputs to begin from and the words of its language. */
export type Target = {
  name: string
  seeds: readonly Uint8Array[]
  words: readonly string[]
  /**
   * Opens what the target keeps from input to input. The function it answers takes one input; it throws only where the
   * target is broken, and says what came of the input, so that inputs with new outcomes can be kept.
   */
  open(): (input: Uint8Array) => string
}

const limits = { attributesMax: 16, valueSizeMaxBytes: 256, eventsMax: 8, depthMax: 8 }
const nowUnixMs = Date.UTC(2026, 0, 1)
const arrivals = { redact: true, redactKeys: [], stableNames: true, parseBodies: true, inferSeverity: true }
const packedMaxBytes = 100_000
/** Inputs after which the rows are taken and read back. */
const inputsPerTake = 64

function decoderTarget(name: string, decode: Decode, inputs: readonly Uint8Array[]): Target {
  return { name, seeds: inputs, words: seeds.telemetryWords, open: () => openDecoder(decode) }
}

function openDecoder(decode: Decode): (input: Uint8Array) => string {
  const blocks = new OpenBlocks({ originsKnownMax: 64, seriesKnownMax: 64, isEager: true })
  const arrival = new Arrival(arrivals)
  let inputs = 0
  return (input) => {
    const before = blocks.rows
    const decoded = decode(input, { blocks, nowUnixMs, limits, arrival })
    inputs += 1
    if ('refused' in decoded) {
      check(blocks.rows === before, `rows stayed of a refused request: ${decoded.refused}`)
      return shapeOf(decoded.refused)
    }
    const { accepted, rejected, reason } = decoded
    check(accepted >= 0 && rejected >= 0, `counted ${accepted} and ${rejected}`)
    check(rejected === 0 || reason !== '', 'rejected without a reason')
    if (inputs % inputsPerTake === 0)
      for (const { rows, bytes } of blocks.take())
        check(readBlocks(bytes)[0]?.rows === rows, 'a block does not read back')
    return `${Math.min(accepted, 3)} ${Math.min(rejected, 3)} ${shapeOf(reason)}`
  }
}

/** Through the decoder behind it, too: what a transcoder writes must always be readable. */
function transcoderTarget(
  name: string,
  signal: Signal,
  {
    inputs,
    words,
    transcode,
  }: {
    inputs: readonly Uint8Array[]
    words: readonly string[]
    transcode: (input: Uint8Array) => TranscodedRecords | { refused: string }
  },
): Target {
  return {
    name,
    seeds: inputs,
    words,
    open() {
      const decode = openDecoder({ traces: decodeOtlpTraces, logs: decodeOtlpLogs, metrics: decodeOtlpMetrics }[signal])
      return (input) => {
        const transcoded = transcode(input)
        if ('refused' in transcoded) return shapeOf(transcoded.refused)
        const { protobuf, records, rejected, reason } = transcoded
        check(rejected === 0 || reason !== '', 'rejected without a reason')
        const decoded = decode(protobuf)
        check(!decoded.startsWith('Cannot decode'), `what was written cannot be read: ${decoded}`)
        return `${Math.min(records, 3)} ${Math.min(rejected, 3)} ${protobuf.length >> 3} ${shapeOf(reason)} ${decoded}`
      }
    },
  }
}

function otlpJsonTarget(signal: Signal): Target {
  const transcode = (input: Uint8Array): TranscodedRecords | { refused: string } => {
    const transcoded = atOnce(otlpJsonToProtobuf(signal, input))
    return 'refused' in transcoded ? transcoded : { ...transcoded, records: 1, isTimed: true }
  }
  return transcoderTarget(`otlp json ${signal}`, signal, {
    inputs: seeds.otlpJson(signal),
    words: seeds.jsonWords,
    transcode,
  })
}

function textTarget(
  name: string,
  texts: readonly string[],
  words: readonly string[],
  read: (text: string) => string,
): Target {
  const inputs = texts.map((each) => new TextEncoder().encode(each))
  return { name, seeds: inputs, words, open: () => (input) => shapeOf(read(new TextDecoder().decode(input))) }
}

function expositionTarget(dialect: Dialect, strict: boolean): Target {
  const texts = dialect === 'text' ? seeds.textExpositions : seeds.openMetricsExpositions
  return textTarget(
    `${dialect} exposition, ${strict ? 'strict' : 'as scraped'}`,
    texts,
    seeds.expositionWords,
    (text) => {
      const read = readExposition(text, dialect, strict)
      return 'refused' in read ? read.refused : `${Math.min(read.samples.length, 5)} ${Math.min(read.metadata.size, 5)}`
    },
  )
}

const scrapedProtobuf: Target = {
  name: 'scraped protobuf',
  seeds: seeds.scrapedProtobuf(),
  words: seeds.telemetryWords,
  open: () => (input) => {
    let samples = 0
    const steps = readProtobuf(input, { isNativeWanted: true, isClassicWanted: true }, () => {
      samples += 1
    })
    for (;;) {
      const step = steps.next()
      if (step.done === true) return `${Math.min(samples, 5)} ${shapeOf(step.value)}`
    }
  },
}

const syslogFrames: Target = {
  name: 'syslog frames',
  seeds: seeds.syslogMessages.map((text) => new TextEncoder().encode(`${text.length} ${text}${text}\n`)),
  words: seeds.syslogWords,
  open: () => (input) => {
    const frames = new SyslogFrames()
    const cut = input.length >> 1
    const messages = [
      ...frames.add(Buffer.from(input.subarray(0, cut))),
      ...frames.add(Buffer.from(input.subarray(cut))),
    ]
    return `${Math.min(messages.length, 5)} ${frames.fault === '' ? '' : shapeOf(frames.fault)}`
  },
}

const statsd: Target = {
  name: 'statsd',
  seeds: seeds.statsdLines.map((text) => new TextEncoder().encode(text)),
  words: seeds.statsdWords,
  open() {
    const decode = openDecoder(decodeOtlpMetrics)
    return (input) => {
      const series = new StatsdSeries({ seriesMax: 16, forgetAfterMs: 1000 })
      for (const line of new TextDecoder().decode(input).split('\n')) series.add(line, nowUnixMs)
      const body = series.flush(nowUnixMs)
      const decoded = body === undefined ? '' : decode(body)
      check(!decoded.startsWith('Cannot decode'), `what was written cannot be read: ${decoded}`)
      return `${decoded} ${shapeOf(series.reason)}`
    }
  },
}

function packedTarget(name: PackingName): Target {
  return {
    name: `bodies in ${name}`,
    seeds: packedBodies.filter(({ coding }) => coding === name).map(({ packed }) => Buffer.from(packed, 'base64')),
    words: ['\0\0\0', '\x01\0\0', '\x7f', 'sNaPpY', '\x02\0\0'],
    open() {
      const expander = new Expander()
      return (input) => {
        try {
          const { length } = atOnce(expander.steps(name, input, packedMaxBytes))
          check(length <= packedMaxBytes, `made ${length} bytes`)
          return `made ${length >> 6}`
        } catch (error) {
          if (error instanceof WebAssembly.RuntimeError || !(error instanceof Error)) throw error
          return shapeOf(error.message)
        }
      }
    },
  }
}

export const targets: readonly Target[] = [
  packedTarget('zstd'),
  packedTarget('lz4'),
  packedTarget('x-snappy-framed'),
  decoderTarget('otlp traces', decodeOtlpTraces, seeds.otlpProtobuf('traces')),
  decoderTarget('otlp logs', decodeOtlpLogs, seeds.otlpProtobuf('logs')),
  decoderTarget('otlp metrics', decodeOtlpMetrics, seeds.otlpProtobuf('metrics')),
  otlpJsonTarget('traces'),
  otlpJsonTarget('logs'),
  otlpJsonTarget('metrics'),
  decoderTarget('remote write 1.0', decodeRemoteWrite1, seeds.remoteWrite(1)),
  decoderTarget('remote write 2.0', decodeRemoteWrite2, seeds.remoteWrite(2)),
  transcoderTarget('json lines', 'logs', {
    inputs: seeds.jsonLines,
    words: seeds.jsonWords,
    transcode: (input) => atOnce(jsonLinesToOtlp(input, 'shop')),
  }),
  transcoderTarget('elasticsearch bulk', 'logs', {
    inputs: seeds.bulks,
    words: seeds.jsonWords,
    transcode: (input) => atOnce(elasticsearchBulkToOtlp(input, 'logs')),
  }),
  transcoderTarget('loki json', 'logs', {
    inputs: seeds.lokiJson,
    words: seeds.jsonWords,
    transcode: (input) => atOnce(lokiJsonToOtlp(input)),
  }),
  transcoderTarget('loki protobuf', 'logs', {
    inputs: seeds.lokiProtobuf(),
    words: seeds.telemetryWords,
    transcode: (input) => atOnce(lokiProtobufToOtlp(input)),
  }),
  transcoderTarget('zipkin', 'traces', {
    inputs: seeds.zipkinSpans,
    words: seeds.jsonWords,
    transcode: (input) => atOnce(zipkinToOtlp(input)),
  }),
  transcoderTarget('syslog', 'logs', {
    inputs: seeds.syslogMessages.map((text) => new TextEncoder().encode(text)),
    words: seeds.syslogWords,
    transcode: (input) => syslogToOtlp([new TextDecoder().decode(input)], nowUnixMs),
  }),
  syslogFrames,
  statsd,
  expositionTarget('text', true),
  expositionTarget('text', false),
  expositionTarget('openmetrics', true),
  expositionTarget('openmetrics', false),
  scrapedProtobuf,
  textTarget('scrape configuration', seeds.scrapeConfigs, seeds.configWords, (text) => {
    const read = readScrapeConfigs('fuzz.yml', text)
    return 'errors' in read ? read.errors.join('\n') : String(read.configs.length)
  }),
]

/** An outcome without what differs from input to input, so that it says which way was taken. */
function shapeOf(text: string): string {
  return text
    .replace(/"(?:[^"\\]|\\.)*"/g, '"')
    .replace(/\d+/g, '0')
    .slice(0, 120)
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`Broken: ${what}`)
}
