import fs from 'node:fs'
import { createServer } from 'node:http'
import { five, labelled, promClientBuckets, scrapedSeries, scrapes, tellMedian, threeLabels } from './rounds.mjs'

/** `node ours.mjs OPERATION`: one operation of the SDK; WAKELINE_ENTRY is the URL of its built index.js. */
const { flush, log, meter, start, trace } = await import(process.env.WAKELINE_ENTRY)
const operation = process.argv[2]
// A sink that takes everything and keeps nothing: what is left is making the line.
if (operation === 'log line, null sink') fs.writeSync = (_fd, bytes, at = 0) => bytes.length - at

const receiver = createServer((request, response) => {
  request.resume()
  request.on('end', () => response.end())
}).listen(0, '127.0.0.1')
await new Promise((resolve) => receiver.on('listening', resolve))

start({
  serviceName: 'bench',
  endpoint: `http://127.0.0.1:${receiver.address().port}`,
  logOutput: 'json',
  handleSignals: false,
  bufferMaxBytes: 67_108_864,
  batchMaxBytes: 16_777_216,
  batchDelayMs: 600_000,
  metricIntervalMs: 3_600_000,
  seriesMax: 20_000,
  export: { logs: operation === 'log line with OTLP' },
  instrument: { process: false, httpServer: false, httpClient: false, fetch: false },
})

const attributes = five()
const logLine = () => ({
  times: 100_000,
  between: flush,
  loop: (n) => {
    for (let k = 0; k < n; k++) log.info('order paid', five())
  },
})

const operations = {
  'log line': logLine,
  'log line, null sink': logLine,
  'log line with OTLP': logLine,
  'disabled log': () => ({
    times: 20_000_000,
    chunk: 20_000_000,
    loop: (n) => {
      for (let k = 0; k < n; k++) log.debug('order paid', attributes)
    },
  }),
  'counter, 3 labels': () => {
    const counter = meter.counter('c')
    return {
      times: 1_000_000,
      loop: (n) => {
        for (let k = 0; k < n; k++) counter.add(1, threeLabels())
      },
    }
  },
  'counter, bound': () => {
    const counter = meter.counter('c').with(threeLabels())
    return {
      times: 10_000_000,
      chunk: 1_000_000,
      loop: (n) => {
        for (let k = 0; k < n; k++) counter.add(1)
      },
    }
  },
  'histogram, bound': () => {
    const histogram = meter.histogram('h', { unit: 's' }).with(threeLabels())
    let value = 0
    return {
      times: 5_000_000,
      chunk: 1_000_000,
      loop: (n) => {
        for (let k = 0; k < n; k++) {
          value = value > 1 ? 0 : value + 0.001
          histogram.record(value)
        }
      },
    }
  },
  'histogram, 3 labels': () => {
    const histogram = meter.histogram('h', { unit: 's' })
    return labelled(1_000_000, (value) => histogram.record(value, threeLabels()))
  },
  'gauge, 3 labels': () => {
    const gauge = meter.gauge('g')
    return labelled(1_000_000, (value) => gauge.set(value, threeLabels()))
  },
  'native histogram, bound': async () => {
    const { nativeHistogram } = await import(process.env.WAKELINE_ENTRY.replace('index.js', 'metrics.js'))
    const histogram = nativeHistogram('h', { unit: 's' }).with(threeLabels())
    return labelled(1_000_000, (value) => histogram.record(value))
  },
  'summary, bound': async () => {
    const { summary } = await import(process.env.WAKELINE_ENTRY.replace('index.js', 'metrics.js'))
    const bound = summary('s', { unit: 's' }).with(threeLabels())
    return labelled(1_000_000, (value) => bound.record(value))
  },
  scrape: () => scrape(''),
  'scrape, protobuf': () =>
    scrape('application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited'),
  'span, 5 attributes': () => ({
    times: 100_000,
    between: flush,
    loop: (n) => {
      for (let k = 0; k < n; k++) trace('load order', five(), () => {})
    },
  }),
}

async function scrape(accept) {
  const histogram = meter.histogram('h', { unit: 's', boundaries: promClientBuckets })
  for (let i = 0; i < scrapedSeries; i++) histogram.record((i % 100) / 10, { ...threeLabels(), route: `/r/${i}` })
  const { metricsHandler } = await import(process.env.WAKELINE_ENTRY.replace('index.js', 'prometheus.js'))
  const handler = metricsHandler()
  const nowhere = { destroyed: false, writeHead() {}, write: () => true, end() {}, once() {}, removeListener() {} }
  return scrapes(() => handler({ method: 'GET', headers: { accept } }, nowhere))
}

await trace('around', async () => tellMedian(await operations[operation]()))
process.kill(process.pid, 'SIGKILL')
