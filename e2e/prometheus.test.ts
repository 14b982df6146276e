import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MetricsAnswer } from '@wakeline/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, freePort, lastMinutes, type RunningServer, startServer } from './server.ts'

/** A real Prometheus (Debian's package `prometheus`) that scrapes itself and writes to us. */

const isInstalled = spawnSync('prometheus', ['--version']).status === 0

let folder: string
let server: RunningServer
let prometheus: ChildProcess
let output = ''
let own = ''

beforeAll(async () => {
  if (!isInstalled) return
  folder = await mkdtemp(join(tmpdir(), 'wakeline-prometheus-'))
  server = await startServer()
  own = `127.0.0.1:${await freePort()}`
  const config = {
    global: { scrape_interval: '1s' },
    scrape_configs: [{ job_name: 'itself', static_configs: [{ targets: [own] }] }],
    remote_write: [
      {
        url: `${server.otlpHttp}/api/v1/write`,
        send_exemplars: true,
        metadata_config: { send: true, send_interval: '1s' },
        queue_config: { batch_send_deadline: '1s' },
      },
    ],
  }
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(config))
  prometheus = spawn('prometheus', [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=${own}`,
    '--log.level=warn',
  ])
  for (const stream of [prometheus.stdout, prometheus.stderr]) stream?.on('data', (chunk) => (output += chunk))
})

afterAll(async () => {
  if (!isInstalled) return
  const exited = new Promise((resolve) => prometheus.once('exit', resolve))
  prometheus.kill('SIGTERM')
  await exited
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

type Sample = { metric: Record<string, string>; value: [number, string] }

async function query(base: string, text: string): Promise<Sample[]> {
  const response = await fetch(`${base}/api/v1/query?query=${encodeURIComponent(text)}`)
  const { data }: { data: { result: Sample[] } } = JSON.parse(await response.text())
  return data.result
}

test.skipIf(!isInstalled)(
  'what a real Prometheus writes is stored with its metadata, and it complains of nothing',
  async () => {
    const name = 'prometheus_http_requests_total'
    const ask = async () => (await server.ask<MetricsAnswer>(`/metrics?${lastMinutes()}`)).metrics
    const metrics = await eventually(ask, (found) =>
      found.some(({ metric, description }) => metric === name && description !== ''),
    )
    expect(metrics.find(({ metric }) => metric === name)).toMatchObject({
      kind: 'sum',
      description: 'Counter of HTTP requests.',
      services: ['itself'],
    })
    expect(metrics.find(({ metric }) => metric === 'up')).toMatchObject({
      kind: 'gauge',
      series: 1,
      services: ['itself'],
    })
    expect(output).toBe('')
  },
)

test.skipIf(!isInstalled)('its series are asked for here as there', async () => {
  for (const text of ['up', 'prometheus_build_info', '{__name__=~"go_gc_duration_seconds.*"}']) {
    const labels = async (base: string) =>
      (await query(base, text)).map(({ metric }) => JSON.stringify(Object.entries(metric).sort())).sort()
    const there = await labels(`http://${own}`)
    expect(there.length).toBeGreaterThan(0)
    const here = await eventually(
      () => labels(`${server.ui}/prometheus`),
      (found) => found.length >= there.length,
    )
    expect(here).toEqual(there)
  }
})
