import type { LogsAnswer, MetricRangeAnswer, MetricsAnswer, TracesAnswer } from '@wakeline/protocol'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { keepScreenshot, openBrowser, openPage } from './browser.ts'
import { eventually, lastMinutes, type RunningServer, startServer } from './server.ts'
import { type RunningShop, shopServices, startShop } from './shop.ts'

/** The demo shop as `npm start` opens it, seen through every page of the UI. */

let server: RunningServer
let shop: RunningShop
let browser: Browser

beforeAll(async () => {
  server = await startServer()
  browser = await openBrowser()
})

afterAll(async () => {
  await browser?.close()
  await shop?.stop()
  await server?.stop()
})

const wide = { width: 1440, height: 900 }

describe('the UI', () => {
  test('teaches how to send the first data, and shows it when it comes', async () => {
    const { page, complaints } = await openPage(browser, { scheme: 'light', ...wide })
    await page.goto(server.ui)
    await page.getByRole('heading', { name: 'Send the first data' }).waitFor()
    await keepScreenshot(page, 'first-data-light')
    shop = await startShop(server)
    await page.getByRole('grid', { name: 'Services' }).getByText('storefront').waitFor({ timeout: 30_000 })
    expect(complaints).toEqual([])
  })

  test('has the four services, with traces that cross all of them', async () => {
    const found = await eventually(
      () => server.ask<TracesAnswer>(`/traces?${lastMinutes()}&limit=200`),
      ({ traces }) => traces.some(crossesAll),
      60_000,
    )
    expect(found.traces.some(crossesAll)).toBe(true)
    const { page, complaints } = await openPage(browser, { scheme: 'dark', ...wide })
    await page.goto(`${server.ui}/services`)
    for (const service of shopServices) await page.getByRole('grid', { name: 'Services' }).getByText(service).waitFor()
    await keepScreenshot(page, 'services-dark')
    const trace = found.traces.find(crossesAll)
    await page.goto(`${server.ui}/traces/${trace?.traceId}`)
    await page.getByRole('treegrid', { name: 'Spans' }).getByRole('row').first().waitFor()
    await keepScreenshot(page, 'demo-trace-dark')
    expect(complaints).toEqual([])
  })

  test('says what is wrong in the traces of a service, and marks it in one', async () => {
    const { page, complaints } = await openPage(browser, { scheme: 'light', ...wide })
    await page.goto(`${server.ui}/services/inventory`)
    await page.getByRole('grid', { name: 'Problems in traces' }).getByText('N+1 calls').click({ timeout: 60_000 })
    await page.getByRole('region', { name: 'Problems' }).getByText('SELECT count FROM basement').click()
    await page.getByText('of 7 spans').waitFor()
    await keepScreenshot(page, 'trace-problem-light')
    expect(complaints).toEqual([])
  })

  test('tells who calls a service and what it calls, and leads to those traces', async () => {
    const { page, complaints } = await openPage(browser, { scheme: 'light', ...wide })
    await page.goto(`${server.ui}/services/checkout`)
    await page.getByRole('grid', { name: 'Called by' }).getByText('storefront').waitFor()
    const called = page.getByRole('grid', { name: 'Calls' })
    for (const name of ['inventory', 'payments', 'postgresql']) await called.getByText(name, { exact: true }).waitFor()
    await keepScreenshot(page, 'service-light')
    await called.getByRole('row', { name: 'payments' }).getByRole('gridcell').nth(1).click()
    await page.getByRole('grid', { name: 'Traces' }).getByRole('row').nth(1).waitFor()
    expect(complaints).toEqual([])
  })

  test('finds log records, shows one in full, and leads to its trace', async () => {
    await eventually(
      () => server.ask<LogsAnswer>(`/logs?q=confirmed&${lastMinutes()}`),
      ({ records }) => records.length > 0,
    )
    const { page, complaints } = await openPage(browser, { scheme: 'light', ...wide })
    await page.goto(`${server.ui}/logs`)
    await page.getByRole('grid', { name: 'Log records' }).getByRole('row').nth(3).waitFor()
    await keepScreenshot(page, 'logs-light')
    await page.keyboard.press('/')
    await page.keyboard.type('"order confirmed" service:checkout')
    await page.keyboard.press('Enter')
    await page.getByRole('gridcell').getByText('order confirmed').first().click()
    const detail = page.getByRole('complementary')
    await detail.getByText('orderId').waitFor()
    await keepScreenshot(page, 'log-record-light')
    await detail.getByRole('link', { name: 'Its trace' }).click()
    await page.getByRole('treegrid', { name: 'Spans' }).getByRole('row').first().waitFor()
    expect(complaints).toEqual([])
  })

  test('makes figures of what a search with pipes finds, and a row leads to its records', async () => {
    const { page, complaints } = await openPage(browser, { scheme: 'light', ...wide })
    await page.goto(`${server.ui}/logs?q=${encodeURIComponent('level:info | count by (service)')}`)
    const figures = page.getByRole('grid', { name: 'Figures' })
    await figures.getByRole('gridcell').getByText('checkout').waitFor()
    await keepScreenshot(page, 'logs-figures-light')
    await figures.getByRole('gridcell').getByText('checkout').click()
    await page.getByRole('grid', { name: 'Log records' }).getByRole('row').nth(1).waitFor()
    expect(new URL(page.url()).searchParams.get('q')).toBe('level:info service:checkout')
    await page.goto(`${server.ui}/traces?q=${encodeURIComponent('kind:server | count by (service) | timeseries')}`)
    await page.getByRole('figure', { name: /Figures over time/ }).waitFor()
    await keepScreenshot(page, 'traces-figures-light')
    expect(complaints).toEqual([])
  })

  test('follows new records as they come', async () => {
    const { page, complaints } = await openPage(browser, { scheme: 'dark', ...wide })
    await page.goto(`${server.ui}/logs?q=level>=info&tail=on`)
    await page.getByText('following').first().waitFor()
    await page.getByRole('grid', { name: 'Log records' }).getByRole('row').nth(5).waitFor()
    await keepScreenshot(page, 'logs-follow-dark')
    // Who reads further down is not carried away.
    const list = page.getByRole('grid', { name: 'Log records' })
    await expect.poll(() => list.evaluate((element) => element.scrollHeight - element.clientHeight)).toBeGreaterThan(60)
    await list.evaluate((element) => element.scrollTo({ top: 60 }))
    await page.getByRole('button', { name: / new$/ }).click()
    await page.getByRole('button', { name: / new$/ }).waitFor({ state: 'detached' })
    expect(complaints).toEqual([])
  })

  test('shows where a search cannot be read', async () => {
    const { page } = await openPage(browser, { scheme: 'light', ...wide })
    await page.goto(`${server.ui}/logs?q=level>>warn`)
    await page.getByRole('alert').first().waitFor()
    await keepScreenshot(page, 'logs-wrong-search-light')
  })

  test('shows a ready-made dashboard, held to a service, and keeps a copy that is edited', async () => {
    const { page, complaints } = await openPage(browser, { scheme: 'light', ...wide })
    await page.goto(`${server.ui}/dashboards`)
    await page.getByRole('link', { name: 'HTTP services' }).click()
    await page.getByRole('figure', { name: /^Requests by service, \d series/ }).waitFor()
    await page.getByRole('combobox', { name: 'Service' }).click()
    await page.getByRole('option', { name: 'checkout' }).click()
    await page.getByRole('figure', { name: 'Requests by service, 1 series over time' }).waitFor()
    expect(new URL(page.url()).searchParams.getAll('var-service')).toEqual(['checkout'])
    await keepScreenshot(page, 'dashboard-http-light')

    await page.getByRole('button', { name: 'Duplicate' }).click()
    await page.getByRole('textbox', { name: 'Title' }).fill('Checkout')
    await page.getByRole('button', { name: 'Add panel' }).click()
    await page.getByRole('menuitem', { name: 'Bars' }).click()
    const editor = page.getByRole('dialog')
    await editor.getByLabel('Title').fill('Lines by service')
    await editor.getByRole('button', { name: 'Logs' }).click()
    await editor.getByRole('combobox', { name: 'Search log records' }).fill('* | count by (service')
    await editor.getByRole('alert').waitFor()
    await editor.getByRole('combobox', { name: 'Search log records' }).fill('* | count by (service)')
    await editor.getByRole('button', { name: /^checkout/ }).waitFor()
    await keepScreenshot(page, 'dashboard-panel-light')
    await editor.getByRole('button', { name: 'Apply' }).click()
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByRole('button', { name: 'Edit' }).waitFor()
    await page.reload()
    const added = page.getByRole('region', { name: 'Lines by service' })
    // The last of a long page: panels ask when they are seen.
    await added.scrollIntoViewIfNeeded()
    await added.getByRole('button', { name: /^checkout/ }).click()
    await page.getByRole('grid', { name: 'Log records' }).getByRole('row').nth(1).waitFor()
    expect(new URL(page.url()).searchParams.get('q')).toBe('* service:checkout')
    // What is half typed is answered with 400: browsers write that down themselves.
    expect(complaints.filter((text) => !text.includes('status of 400'))).toEqual([])
  })

  test('charts a metric, split by a label', async () => {
    await eventually(
      () => server.ask<MetricsAnswer>(`/metrics?${lastMinutes()}`),
      ({ metrics }) => metrics.some(({ metric }) => metric === 'http.server.request.duration'),
      60_000,
    )
    // Services push one after the other, a series is known a moment before its points, and this page asks again after 30 s only.
    await eventually(
      () =>
        server.ask<MetricRangeAnswer>(`/metrics/range?metric=http.server.request.duration&by=service&${lastMinutes()}`),
      ({ series }) => shopServices.every((name) => series.some(({ labels }) => labels.service === name)),
      60_000,
    )
    const { page, complaints } = await openPage(browser, { scheme: 'light', ...wide })
    await page.goto(`${server.ui}/metric`)
    await page.getByRole('grid', { name: 'Metrics' }).getByText('http.server.request.duration').click()
    const chart = page.getByRole('figure', { name: 'http.server.request.duration, p95' })
    await chart.waitFor()
    await page.getByRole('button', { name: 'service', exact: true }).click()
    await expect.poll(() => new URL(page.url()).searchParams.get('by')).toBe('service')
    await chart.getByRole('button', { name: 'storefront', exact: true }).waitFor()
    expect(await page.getByRole('button', { name: 'How often to ask again' }).textContent()).toBe('30s')
    await keepScreenshot(page, 'metric-light')
    await page.getByRole('link', { name: 'Open in Query' }).click()
    const rows = page.getByRole('grid', { name: 'Series' }).getByRole('row')
    await rows.getByText('{job="storefront"}').waitFor()
    expect(complaints).toEqual([])
  })

  test.each(['light', 'dark'] as const)('stays readable on a phone, %s', async (scheme) => {
    const { page, complaints } = await openPage(browser, { scheme, width: 420, height: 900 })
    for (const path of ['services', 'services/checkout', 'traces', 'logs', 'metric']) {
      await page.goto(`${server.ui}/${path}`)
      await page.waitForLoadState('networkidle')
      const wider = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
      expect(wider, `${path} scrolls sideways`).toBeLessThanOrEqual(0)
      await keepScreenshot(page, `phone-${path.replace('/', '-')}-${scheme}`)
    }
    expect(complaints).toEqual([])
  })
})

function crossesAll({ services }: TracesAnswer['traces'][number]): boolean {
  return shopServices.every((name) => services.some(({ service }) => service === name))
}
