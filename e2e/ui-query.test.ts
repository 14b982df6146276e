import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { keepScreenshot, openBrowser, openPage } from './browser.ts'
import { eventually, type RunningServer, startServer } from './server.ts'

/** The pages for those who ask in a language, and for those who run the server, in a real browser. */

let server: RunningServer
let browser: Browser
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wakeline-query-'))
  // Nobody listens on port 9 of this machine: one target that is down.
  const scrape = `scrape_configs: [{ job_name: billing, scrape_interval: 1s, scrape_timeout: 1s, static_configs: [{ targets: ['127.0.0.1:9'] }] }]`
  await writeFile(join(folder, 'prometheus.yml'), scrape)
  server = await startServer({ flags: ['--scrape-config', join(folder, 'prometheus.yml')] })
  browser = await openBrowser()
  await sendQueues(server)
})

afterAll(async () => {
  await browser?.close()
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

const wide = { width: 1440, height: 900 }

describe('the query page', () => {
  test('completes a metric, a label and a value, and draws the series', async () => {
    const { page, complaints } = await openPage(browser, { scheme: 'light', ...wide })
    await page.goto(`${server.ui}/services`)
    await page.getByRole('navigation', { name: 'Pages' }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('q')
    const editor = page.getByRole('textbox', { name: 'PromQL' })
    await editor.click()
    const completions = page.getByRole('listbox').getByRole('option')
    await page.keyboard.type('queue_de')
    await completions.filter({ hasText: 'queue_depth_jobs' }).click()
    await page.keyboard.type('{que')
    await completions.filter({ hasText: 'queue_name' }).click()
    await page.keyboard.type('="ma')
    await completions.filter({ hasText: 'mail' }).waitFor()
    await keepScreenshot(page, 'query-completion-light')
    await completions.filter({ hasText: 'mail' }).click()
    await expect.poll(() => editor.textContent()).toContain('queue_depth_jobs{queue_name="mail')

    await editor.fill('queue_depth_jobs')
    await page.keyboard.press('Escape')
    await editor.press('Control+Enter')
    const rows = page.getByRole('grid', { name: 'Series' }).getByRole('row')
    await rows.getByText('queue_name="video"').waitFor()
    await page.getByRole('figure', { name: 'The query over time, 2 series' }).waitFor()
    expect(new URL(page.url()).searchParams.get('promql')).toBe('queue_depth_jobs')
    await rows.getByText('queue_name="video"').click()
    await expect.poll(() => rows.filter({ hasText: 'video' }).getAttribute('aria-selected')).toBe('true')
    await keepScreenshot(page, 'query-graph-light')

    await page.getByRole('button', { name: 'Table' }).click()
    const values = page.getByRole('grid', { name: 'Values' }).getByRole('row')
    await values.filter({ hasText: 'video' }).getByRole('gridcell', { name: '17', exact: true }).waitFor()
    // What is half typed is checked by the server, which answers 400: browsers write that down themselves.
    expect(complaints.filter((text) => !text.includes('status of 400'))).toEqual([])
  })

  test('underlines an error where it is, with the sentence of Prometheus', async () => {
    const { page } = await openPage(browser, { scheme: 'dark', ...wide })
    const text = 'sum by (job) (rate(queue_depth_jobs))'
    await page.goto(`${server.ui}/query?promql=${encodeURIComponent(text)}`)
    await page.getByRole('alert').getByText('expected type range vector in call to function "rate"').waitFor()
    const wrong = page.locator('.cm-lintRange-error')
    await wrong.waitFor()
    expect(await wrong.textContent()).toBe('queue_depth_jobs')
    await keepScreenshot(page, 'query-error-dark')
  })

  test('says values in the unit that the query has', async () => {
    const { page } = await openPage(browser, { scheme: 'dark', ...wide })
    await page.goto(`${server.ui}/query?promql=${encodeURIComponent('max by (queue_name) (queue_age_seconds)')}`)
    const rows = page.getByRole('grid', { name: 'Series' }).getByRole('row')
    await rows.filter({ hasText: 'video' }).getByRole('gridcell', { name: '1m 30s' }).last().waitFor()
    await rows.filter({ hasText: 'mail' }).getByRole('gridcell', { name: '84 ms' }).last().waitFor()
    await keepScreenshot(page, 'query-unit-dark')
    await page.getByRole('button', { name: 'Table' }).click()
    const values = page.getByRole('grid', { name: 'Values' }).getByRole('row')
    await values.filter({ hasText: 'mail' }).getByRole('gridcell', { name: '84 ms' }).waitFor()
  })

  test('answers SQL, and says where it is wrong', async () => {
    const { page } = await openPage(browser, { scheme: 'light', ...wide })
    await page.goto(`${server.ui}/query?tab=sql`)
    const editor = page.getByRole('textbox', { name: 'SQL' })
    await editor.fill('SELECT metric, count() AS many FROM series GROUP BY metric')
    await page.getByText(/^would read at most \d+ rows of series$/).waitFor()
    await editor.press('Control+Enter')
    const rows = page.getByRole('grid', { name: 'SQL rows' }).getByRole('row')
    await rows.filter({ hasText: 'queue.depth' }).getByRole('gridcell', { name: '2', exact: true }).waitFor()
    await keepScreenshot(page, 'query-sql-light')
    await editor.fill('SELECT metric FORM series')
    await editor.press('Control+Enter')
    await page.getByRole('alert').getByText('Syntax error').waitFor()
    expect(await page.locator('.cm-lintRange-error').textContent()).toBe('series')
  })
})

test('the system page says what is wrong, what is stored and what came in', async () => {
  await eventually(
    () => server.ask<{ scraping: { down: number } }>('/status'),
    ({ scraping }) => scraping.down === 1,
  )
  const { page, complaints } = await openPage(browser, { scheme: 'dark', ...wide })
  await page.goto(`${server.ui}/system`)
  await page.getByRole('list', { name: 'What is wrong' }).getByText('1 of 1 scrape target down').waitFor()
  await page.getByRole('grid', { name: 'Scrape targets' }).getByText('ECONNREFUSED').waitFor()
  const stored = page.getByRole('table', { name: 'What is stored' }).getByRole('row', { name: /^metrics/ })
  expect(await stored.textContent()).toMatch(/^metrics[1-9]/)
  const points = page.getByRole('table', { name: 'What came in' }).getByRole('row', { name: /^metric points/ })
  expect(await points.textContent()).toMatch(/[1-9]/)
  await page.getByText(server.otlpHttp).waitFor()
  await keepScreenshot(page, 'system-dark')
  expect(complaints).toEqual([])
})

test.each(['light', 'dark'] as const)('both stay readable when narrow, %s', async (scheme) => {
  const { page, complaints } = await openPage(browser, { scheme, width: 420, height: 900 })
  for (const path of ['query?promql=queue_depth_jobs', 'query?tab=sql', 'system']) {
    await page.goto(`${server.ui}/${path}`)
    await page.waitForLoadState('networkidle')
    const wider = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
    expect(wider, `${path} scrolls sideways`).toBeLessThanOrEqual(0)
    await keepScreenshot(page, `phone-${path.replace(/\W+/g, '-')}-${scheme}`)
  }
  expect(complaints).toEqual([])
})

/** Two series of a gauge, `queue.depth` in jobs, one point each. */
async function sendQueues({ otlpHttp, ui }: RunningServer): Promise<void> {
  const timeUnixNano = `${Date.now() - 2000}000000`
  const point = (queue: string, value: number) => ({
    timeUnixNano,
    asDouble: value,
    attributes: [{ key: 'queue.name', value: { stringValue: queue } }],
  })
  const metrics = [
    { name: 'queue.depth', unit: 'jobs', gauge: { dataPoints: [point('mail', 4), point('video', 17)] } },
    { name: 'queue.age', unit: 's', gauge: { dataPoints: [point('mail', 0.084), point('video', 90)] } },
  ]
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'worker' } }] }
  const response = await fetch(`${otlpHttp}/v1/metrics`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] }),
  })
  expect(response.status).toBe(200)
  const found = () => fetch(`${ui}/prometheus/api/v1/query?query=queue_depth_jobs`).then((answer) => answer.text())
  expect(await eventually(found, (text) => text.includes('"video"'))).toContain('"mail"')
}
