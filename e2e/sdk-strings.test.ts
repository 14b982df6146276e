import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { startOtlpCollector, until } from '../packages/sdk/src/testing/otlp-collector.ts'
import { Message } from '../packages/sdk/src/testing/otlp-decode.ts'
import { readExposition } from '../packages/server/src/ingest/exposition/read-exposition.ts'
import { makeSdkFolder } from './sdk-program.ts'

const data = fileURLToPath(new URL('../../shared/data/robustness/blns.base64.json', import.meta.url))

/** Each hostile string as the value of a label, as the name of one, and as the name of a metric. */
const program = `
import { readFileSync } from 'node:fs'
import { flush, meter, start } from 'wakeline'
import { serveMetrics } from 'wakeline/prometheus'
const texts = JSON.parse(readFileSync('texts.json', 'utf8'))
start({ serviceName: 'shop', endpoint: process.env.ENDPOINT, logOutput: 'none', seriesMax: 5000, instrument: { process: false } })
const values = meter.counter('values')
const gauges = meter.gauge('gauges')
const histograms = meter.histogram('histograms', { boundaries: [1] })
const keys = meter.counter('keys')
for (const [i, text] of texts.entries()) {
  values.add(i + 1, { text })
  gauges.set(i + 1, { text })
  histograms.record(i + 1, { text })
  keys.add(1, { [text]: i, index: i })
  meter.counter(text).add(1)
}
await flush()
const { url } = await serveMetrics({ port: 0, nodeNames: false })
console.log(url)
setInterval(() => {}, 1000)
`

test.runIf(existsSync(data))(
  'hostile strings come back unchanged from scrapes and pushes, as values and as names',
  async () => {
    const encoded: unknown = JSON.parse(await readFile(data, 'utf8'))
    const texts = [
      ...new Set((Array.isArray(encoded) ? encoded : []).map((one) => Buffer.from(one, 'base64').toString())),
    ]
    expect(texts.length).toBeGreaterThan(400)
    const folder = await makeSdkFolder()
    const collector = await startOtlpCollector()
    let child: ChildProcess | undefined
    try {
      await writeFile(join(folder.path, 'texts.json'), JSON.stringify(texts))
      await writeFile(join(folder.path, 'app.mjs'), program)
      const env = { ...process.env, ENDPOINT: collector.url }
      child = spawn(process.execPath, ['app.mjs'], { cwd: folder.path, env, stdio: ['ignore', 'pipe', 'pipe'] })
      let stderr = ''
      child.stderr?.setEncoding('utf8').on('data', (part: string) => {
        stderr += part
      })
      const [line] = child.stdout === null ? [] : await once(child.stdout, 'data')
      const url = String(line).trim()
      const get = async (accept: string) => Buffer.from(await (await fetch(url, { headers: { accept } })).arrayBuffer())

      await until('the push', () => collector.points.some(({ metric }) => metric === 'values'))
      const expected = new Map(texts.map((text, i) => [text, i + 1]))
      for (const name of ['values', 'gauges']) {
        const points = collector.points.filter(({ metric }) => metric === name)
        expect(new Map(points.map(({ attributes, value }) => [attributes['text'], value]))).toEqual(expected)
      }
      const keys = collector.points.filter(({ metric }) => metric === 'keys').map(({ attributes }) => attributes)
      for (const [i, text] of texts.entries())
        if (text !== 'index') expect(keys.find(({ index }) => index === i)).toHaveProperty([text])
      const names = new Set(collector.points.map(({ metric }) => metric.toLowerCase()))
      for (const text of texts) if (text !== '') expect(names).toContain(text.toLowerCase())
      if (texts.includes('')) expect(stderr).toContain('Cannot export a metric without a name')

      for (const [accept, dialect] of [
        ['text/plain', 'text'],
        ['application/openmetrics-text; version=1.0.0', 'openmetrics'],
      ] as const) {
        const read = readExposition((await get(accept)).toString('utf8'), dialect, true)
        if ('refused' in read) throw new Error(`${dialect}: ${read.refused}`)
        const samples = read.samples.filter(({ name }) => name === 'values_total')
        const textOf = (labels: readonly (readonly string[])[]) => labels.find(([name]) => name === 'text')?.[1] ?? ''
        expect(new Map(samples.map(({ labels, value }) => [textOf(labels), value]))).toEqual(expected)
      }
      const protobuf = 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited'
      const family = families(await get(protobuf)).find((one) => one.text(1) === 'values_total')
      const found = family?.messages(4).map(
        (metric) =>
          [
            metric
              .messages(1)
              .find((label) => label.text(1) === 'text')
              ?.text(2) ?? '',
            metric.messages(3)[0]?.double(1),
          ] as const,
      )
      expect(new Map(found)).toEqual(expected)
    } finally {
      child?.kill('SIGKILL')
      await collector.stop()
      await folder.remove()
    }
  },
  60_000,
)

function families(body: Buffer): Message[] {
  const found: Message[] = []
  for (let at = 0; at < body.length; ) {
    let length = 0
    for (let shift = 0; ; shift += 7) {
      const byte = body[at++] ?? 0
      length += (byte & 127) * 2 ** shift
      if (byte < 128) break
    }
    found.push(new Message(body.subarray(at, at + length)))
    at += length
  }
  return found
}
