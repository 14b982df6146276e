import { constants, createGzip } from 'node:zlib'
import type { Report } from '../../report.ts'
import type { Metering } from '../metering.ts'
import { familiesOf } from './families.ts'
import { contentTypes, type Dialect, dialectOf, takesGzip } from './negotiate.ts'
import type { MetricsRequest, MetricsResponse } from './public.ts'
import { ExpositionWriter } from './write-exposition.ts'
import { ProtobufWriter } from './write-protobuf.ts'

const scrapesMax = 8
const saidMax = 100
/** The event loop turns after this much writing. */
const sliceMs = 2

/** In a worker: what the primary would answer, which knows all workers; undefined when there is none. */
type Elsewhere = (dialect: Dialect) => AsyncGenerator<Buffer[]> | undefined

/** Writes answers to scrapes, a slice at a time, as fast as the reader takes them. */
export class Exposition {
  private readonly meterings: readonly Metering[]
  private readonly report: Report
  private readonly elsewhere: Elsewhere
  private readonly writer = new ExpositionWriter()
  private readonly protobuf = new ProtobufWriter()
  private readonly said = new Set<string>()
  private scrapes = 0

  constructor(meterings: readonly Metering[], report: Report, elsewhere: Elsewhere = () => undefined) {
    this.meterings = meterings
    this.report = report
    this.elsewhere = elsewhere
  }

  async answer(request: MetricsRequest, response: MetricsResponse): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      refuse(response, 405, 'Cannot take this method: metrics are read with GET', { allow: 'GET, HEAD' })
    } else if (this.scrapes >= scrapesMax) {
      const why = `Cannot answer now: ${scrapesMax} scrapes are being answered`
      refuse(response, 503, why, { 'retry-after': '1' })
    } else {
      this.scrapes++
      try {
        await this.write(request, response)
      } catch (thrown) {
        this.report(`Cannot write the metrics: ${String(thrown)}`)
        response.end()
      } finally {
        this.scrapes--
      }
    }
  }

  /** All metrics, a slice of time at a time; between two the event loop turns. */
  async *chunks(dialect: Dialect): AsyncGenerator<Buffer[]> {
    const all = this.elsewhere(dialect)
    const first = await all?.next().catch((thrown: unknown) => this.report(`Cannot have the metrics of all: ${thrown}`))
    if (all !== undefined && first !== undefined) {
      if (first.done !== true) yield first.value
      yield* all
      return
    }
    // One after the other: what workers told when the first was collected may be of the second.
    for (const metering of this.meterings) await metering.runObservers()
    await turnOfLoop()
    const scopes = this.meterings.flatMap((metering) => [...metering.all()])
    const families = familiesOf(scopes, (sentence) => this.sayOnce(sentence))
    const pieces = dialect === 'protobuf' ? this.protobuf.write(families) : this.writer.write(families, dialect)
    let slice: Buffer[] = []
    let startMs = performance.now()
    for (const piece of pieces) {
      if (piece !== undefined) slice.push(typeof piece === 'string' ? Buffer.from(piece, 'utf8') : piece)
      if (performance.now() - startMs < sliceMs) continue
      yield slice
      slice = []
      await turnOfLoop()
      startMs = performance.now()
    }
    yield slice
  }

  /** A scrape comes every few seconds and finds the same each time. */
  private sayOnce(sentence: string): void {
    if (this.said.has(sentence) || this.said.size >= saidMax) return
    this.said.add(sentence)
    this.report(sentence)
  }

  private async write({ method, headers }: MetricsRequest, response: MetricsResponse): Promise<void> {
    const dialect = dialectOf(String(headers['accept'] ?? ''))
    const gzip = takesGzip(String(headers['accept-encoding'] ?? ''))
    response.writeHead(200, {
      'content-type': contentTypes[dialect],
      vary: 'accept, accept-encoding',
      ...(gzip ? { 'content-encoding': 'gzip' } : {}),
    })
    if (method === 'HEAD') {
      response.end()
      return
    }
    const body = gzip ? compressed(this.chunks(dialect)) : this.chunks(dialect)
    for await (const slice of body) {
      if (response.destroyed) return
      // What one slice made is written at once: waiting for the socket after each chunk would cost more than writing it.
      const taken = slice.map((chunk) => response.write(chunk))
      if (taken.includes(false)) await writable(response)
    }
    response.end()
  }
}

function turnOfLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

async function* compressed(slices: AsyncIterable<Buffer[]>): AsyncGenerator<Buffer[]> {
  const { Readable } = process.getBuiltinModule('node:stream')
  const chunks = async function* () {
    for await (const slice of slices) yield* slice
  }
  for await (const chunk of Readable.from(chunks()).pipe(createGzip({ level: constants.Z_BEST_SPEED }))) yield [chunk]
}

/** A reader that stops reading must not make the process hold all that was written. */
function writable(response: MetricsResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.removeListener('drain', done)
      response.removeListener('close', done)
      resolve()
    }
    response.once('drain', done)
    response.once('close', done)
  })
}

function refuse(response: MetricsResponse, status: number, sentence: string, headers: Record<string, string>): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers })
  response.end(`${sentence}\n`)
}
