import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { WireWriter } from '@wakeline/protocol'
import { afterEach, expect, test } from 'vitest'
import { listen } from '../../../../sdk/src/testing/listen.ts'
import { readRows } from '../../base/native/read-blocks.ts'
import { OpenBlocks } from '../decode/open-blocks.ts'
import { decodeRemoteWrite2 } from '../decode/remote-write.ts'
import { BodyBudget } from '../receive/read-body.ts'
import { readScrapeConfigs } from './read-config.ts'
import { type Scraper, startScraper } from './scraper.ts'

/** Real targets over real sockets, and what reaches the decoder. */

const closers: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function target(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  const port = await listen(server)
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `127.0.0.1:${port}`
}

const text =
  (body: () => string): RequestListener =>
  (_request, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4')
    response.end(body())
  }

type Row = { metric: string; labels: Record<string, string>; value: number; isStale: boolean; ts: number }
type Started = Scraper & {
  rows: Row[]
  histograms: Record<string, unknown>[]
  exemplars: unknown[]
  reports: string[]
  reloadText: (yaml: string) => Promise<void>
}

const limits = { attributesMax: 50, valueSizeMaxBytes: 1000, eventsMax: 8, depthMax: 8 }

async function scrape(yaml: string, nowUnixMs: () => number = Date.now): Promise<Started> {
  const blocks = new OpenBlocks({ originsKnownMax: 100, seriesKnownMax: 10_000 })
  const series = new Map<unknown, Record<string, unknown>>()
  const rows: Row[] = []
  const histograms: Record<string, unknown>[] = []
  const exemplars: unknown[] = []
  const reports: string[] = []
  const configsOf = (text: string) => {
    const read = readScrapeConfigs('test.yml', text)
    if ('errors' in read) throw new Error(read.errors.join('\n'))
    return read.configs
  }
  const scraper = await startScraper(configsOf(yaml), {
    scrapesAtOnceMax: 10,
    scrapeTargetsMax: 100,
    bodySizeMaxBytes: 1_000_000,
    budget: new BodyBudget(10_000_000),
    nowUnixMs,
    report: (sentence) => reports.push(sentence),
    onFault: (error) => reports.push(String(error)),
    submit: async ({ body }) => {
      const decoded = decodeRemoteWrite2(body, { blocks, nowUnixMs: Date.now(), limits })
      if ('refused' in decoded) return { kind: 'refused', message: decoded.refused }
      for (const { table, bytes } of blocks.take())
        for (const row of readRows(bytes)) {
          if (table === 'series') series.set(row['series_id'], row)
          else if (table === 'samples') rows.push(rowOf(row, series.get(row['series_id'])))
          else if (table === 'histograms') histograms.push({ ...row, metric: series.get(row['series_id'])?.['metric'] })
          else exemplars.push(row)
        }
      return { kind: 'stored', rejected: decoded.rejected, reason: decoded.reason }
    },
  })
  closers.push(() => scraper.stop())
  const reloadText = (yaml: string): Promise<void> => scraper.reload(configsOf(yaml))
  return { ...bound(scraper), rows, histograms, exemplars, reports, reloadText }
}

function bound(scraper: Scraper): Scraper {
  return {
    targets: () => scraper.targets(),
    counts: () => scraper.counts(),
    reload: (configs) => scraper.reload(configs),
    stop: () => scraper.stop(),
  }
}

function rowOf(row: Record<string, unknown>, series: Record<string, unknown> | undefined): Row {
  const attributes = (series?.['attributes'] ?? []) as [string, string][]
  return {
    metric: String(series?.['metric']),
    labels: Object.fromEntries(attributes),
    value: Number(row['value']),
    isStale: row['flags'] === 1,
    ts: Number(row['ts']),
  }
}

async function until<Found>(find: () => Found | undefined | false, what: string): Promise<Found> {
  const endMs = Date.now() + 10_000
  for (;;) {
    const found = find()
    if (found !== undefined && found !== false) return found
    if (Date.now() > endMs) throw new Error(`${what} did not come`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

const config = (address: string, more = ''): string => `
scrape_configs:
  - job_name: test
    scrape_interval: 100ms
    scrape_timeout: 100ms
    static_configs: [{ targets: ['${address}'], labels: { env: prod } }]
${more}`

test('what a target exposes is stored with its labels and types, and the scrape says of itself how it went', async () => {
  const address = await target(
    text(() => '# TYPE a counter\n# HELP a All of it.\na_total{job="own",x="1"} 3\nb 1 1000\n'),
  )
  const { rows, targets } = await scrape(config(address))
  // Where the machine is busy the first scrapes may take longer than their timeout.
  const a = await until(() => rows.find(({ metric }) => metric === 'a_total'), 'a scrape')
  await until(
    () => rows.find(({ metric, ts }) => metric === 'scrape_series_added' && ts === a.ts),
    'what it says of itself',
  )
  expect(a).toMatchObject({
    labels: { env: 'prod', exported_job: 'own', instance: address, job: 'test', x: '1' },
    value: 3,
  })
  expect(rows.find(({ metric }) => metric === 'b')).toMatchObject({ value: 1, ts: 1000 })
  const own = Object.fromEntries(rows.filter(({ ts }) => ts === a.ts).map(({ metric, value }) => [metric, value]))
  expect(own).toMatchObject({
    up: 1,
    scrape_samples_scraped: 2,
    scrape_samples_post_metric_relabeling: 2,
    scrape_series_added: 2,
  })
  expect(own['scrape_duration_seconds']).toBeGreaterThan(0)
  expect(targets().active).toMatchObject([
    { pool: 'test', url: `http://${address}/metrics`, health: 'up', lastError: '' },
  ])
})

test('a series that is gone, and all of them when the target is down, get staleness markers', async () => {
  let body = 'a 1\nb 2\n'
  let status = 200
  const address = await target((_request, response) => {
    response.writeHead(status, { 'content-type': 'text/plain' })
    response.end(body)
  })
  const { rows, reports } = await scrape(config(address))
  await until(() => rows.some(({ metric }) => metric === 'b'), 'b')
  body = 'a 1\n'
  const marker = await until(() => rows.find(({ metric, isStale }) => metric === 'b' && isStale), 'the marker of b')
  expect(rows.filter(({ metric, ts }) => metric === 'b' && ts >= marker.ts)).toHaveLength(1)
  expect(rows.some(({ metric, isStale }) => metric === 'a' && isStale)).toBe(false)
  status = 500
  await until(() => rows.find(({ metric, isStale }) => metric === 'a' && isStale), 'the marker of a')
  await until(() => rows.find(({ metric, value }) => metric === 'up' && value === 0), 'up 0')
  expect(reports).toEqual([
    `Cannot scrape http://${address}/metrics of test: server returned HTTP status 500 Internal Server Error`,
  ])
})

const refused: [string, string, string, RequestListener][] = [
  [
    'more samples than its limit',
    '    sample_limit: 1',
    'it has more than 1 samples, the sample_limit',
    text(() => 'a 1\nb 1\n'),
  ],
  [
    'a label beyond its limit',
    '    label_value_length_limit: 30',
    'has a label value of 31 bytes',
    text(() => `a{x="${'x'.repeat(31)}"} 1\n`),
  ],
  ['too many labels', '    label_limit: 4', '"a" has 5 labels and label_limit is 4', text(() => 'a{x="x"} 1\n')],
  ['a large body', '    body_size_limit: 10B', 'larger than 10 bytes', text(() => 'aaaaaaaaaaaaaaaa 1\n')],
  ['a line that is none', '', 'line 2: expected a value', text(() => 'a 1\nb \n')],
  ['no Content-Type', '', 'it sent no Content-Type', (_, response) => response.end('a 1\n')],
  ['nothing in time', '', 'it took longer than the timeout of 100 ms', () => {}],
  [
    'a redirect without end',
    '',
    'redirected more than 10 times',
    (_, response) => void response.writeHead(302, { location: '/' }).end(),
  ],
]
test.each(refused)('a target with %s is down, and its state says why', async (_, more, sentence, listener) => {
  const { rows, targets } = await scrape(config(await target(listener), more))
  await until(() => rows.find(({ metric, value }) => metric === 'up' && value === 0), 'up 0')
  await until(() => targets().active[0]?.lastError.includes(sentence), sentence)
  expect(targets().active[0]?.health).toBe('down')
  expect(rows.filter(({ metric }) => metric === 'a')).toEqual([])
})

test('a target is asked as its configuration says: languages, parameters, authorization, compression', async () => {
  const asked: { url: string | undefined; headers: Record<string, unknown> }[] = []
  const address = await target((request, response) => {
    asked.push({ url: request.url, headers: request.headers })
    response.writeHead(200, {
      'content-type': 'application/openmetrics-text; version=1.0.0',
      'content-encoding': 'gzip',
    })
    response.end(gzipSync('# TYPE a counter\na_total 1 # {trace_id="x"} 0.5 1.5\n# EOF\n'))
  })
  const more = `
    metrics_path: /probe
    params: { module: [http, x], target: [''] }
    basic_auth: { username: me, password: secret }
    relabel_configs:
      - { source_labels: [__address__], target_label: __param_target, replacement: 'of-$1' }
      - { target_label: __address__, replacement: '${address}' }`
  const { rows, exemplars } = await scrape(config('https://example.com/', more))
  await until(() => rows.filter(({ metric }) => metric === 'a_total').length > 2, 'three scrapes')
  expect(asked[0]).toMatchObject({
    url: '/probe?module=http&module=x&target=of-https%3A%2F%2Fexample.com%2F',
    headers: {
      accept:
        'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
      authorization: `Basic ${Buffer.from('me:secret').toString('base64')}`,
      'accept-encoding': 'gzip',
      'x-prometheus-scrape-timeout-seconds': '0.1',
    },
  })
  expect(rows.find(({ metric }) => metric === 'a_total')?.labels).toMatchObject({ instance: address })
  expect(exemplars).toHaveLength(1)
})

test('a native histogram comes whole from a target that speaks protobuf', async () => {
  const out = new WireWriter()
  writeFamily(out)
  const family = out.take()
  const address = await target((request, response) => {
    expect(request.headers.accept).toMatch(/^application\/vnd.google.protobuf/)
    response.writeHead(200, {
      'content-type': 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited',
    })
    response.end(Buffer.concat([Buffer.from([family.length]), family]))
  })
  const { histograms } = await scrape(config(address, '    scrape_native_histograms: true'))
  const [histogram] = await until(() => histograms.length > 0 && histograms, 'a histogram')
  expect(histogram).toMatchObject({
    metric: 'h',
    count: 5n,
    sum: 7.5,
    scale: 1,
    positive_offset: 1,
    positive_counts: [2n, 3n],
  })
})

function writeFamily(out: WireWriter): void {
  out.textEntry(1, 'h')
  out.varintEntry(3, 4)
  const metric = out.begin(4)
  const histogram = out.begin(7)
  out.varintEntry(1, 5)
  out.doubleEntry(2, 7.5)
  out.varintEntry(5, 2)
  const span = out.begin(12)
  out.varintEntry(1, 4)
  out.varintEntry(2, 2)
  out.end(span)
  out.varintEntry(13, 4)
  out.varintEntry(13, 2)
  out.end(histogram)
  out.end(metric)
}

test('targets of files come and go with the files, and a damaged file changes nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wakeline-targets-'))
  closers.push(() => rm(folder, { recursive: true, force: true }))
  const address = await target(text(() => 'a 1\n'))
  const write = async (content: string): Promise<void> => {
    await writeFile(join(folder, 'new'), content)
    await rename(join(folder, 'new'), join(folder, 'one.json'))
  }
  await write(JSON.stringify([{ targets: [address], labels: { from: 'file' } }]))
  const { rows, targets, reports } = await scrape(`
scrape_configs:
  - job_name: files
    scrape_interval: 100ms
    file_sd_configs: [{ files: ['${folder}/*.json'] }]`)
  await until(() => rows.some(({ metric, labels }) => metric === 'a' && labels['from'] === 'file'), 'a')
  await write('[{')
  await until(() => reports.length > 0, 'a report')
  expect(targets().active).toHaveLength(1)
  await write('[]')
  await until(() => rows.find(({ metric, isStale }) => metric === 'up' && isStale), 'the marker of up')
  expect(targets().active).toEqual([])
})

test('a changed configuration is taken over, and series that stay are not marked as ended', async () => {
  const address = await target(text(() => 'a 1\nb 1\n'))
  const { rows, reloadText } = await scrape(config(address))
  await until(() => rows.some(({ metric }) => metric === 'b'), 'b')
  await reloadText(
    config(address, '    metric_relabel_configs: [{ source_labels: [__name__], regex: b, action: drop }]'),
  )
  await until(() => rows.find(({ metric, isStale }) => metric === 'b' && isStale), 'the marker of b')
  expect(rows.some(({ metric, isStale }) => metric === 'a' && isStale)).toBe(false)
  await reloadText('scrape_configs: []')
  expect(rows.some(({ metric, isStale }) => metric === 'a' && isStale)).toBe(true)
})

test('scraping goes on when the clock is set back or forward by an hour', async () => {
  const address = await target(text(() => 'a 1\n'))
  let setMs = 0
  const { rows } = await scrape(config(address), () => Date.now() + setMs)
  const scrapes = (): number => rows.filter(({ metric }) => metric === 'a').length
  for (const jumpMs of [0, -3_600_000, 3_600_000]) {
    setMs = jumpMs
    const before = scrapes()
    await until(() => scrapes() > before + 2, `scrapes after ${jumpMs} ms`)
  }
})
