import type { TracesAnswer } from '@wakeline/protocol'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { keepScreenshot, openBrowser, openPage } from './browser.ts'
import { type DrawnTrace, drawTrace, sendTraces } from './drawn-telemetry.ts'
import { eventually, lastMinutes, type RunningServer, startServer } from './server.ts'

let server: RunningServer
let browser: Browser
let failed: DrawnTrace

beforeAll(async () => {
  server = await startServer()
  browser = await openBrowser()
  const nowMs = Date.now() - 60_000
  failed = drawTrace(
    `
    storefront POST /checkout    server! :|======================================|
    storefront POST              client! :  |==================================|
    checkout   POST /orders      server! :   |================================|
    inventory  PUT /reservations server  :     |=======|
    payments   POST /charges     server! :               |=================|
    payments   ask the bank      client! :                 |=============|
  `,
    nowMs,
  )
  const good = Array.from({ length: 40 }, (_, at) =>
    drawTrace(
      `
      storefront GET /products   server  :|${'='.repeat(4 + ((at * 7) % 31))}|
      inventory  GET /stock      server  : |==|
    `,
      nowMs - at * 1000,
    ),
  )
  await sendTraces(server.otlpHttp, [failed, ...good])
  await eventually(
    () => server.ask<TracesAnswer>(`/traces?${lastMinutes()}&limit=100`),
    ({ traces }) => traces.length === 41,
  )
})

afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

const wide = { width: 1440, height: 900 }

describe('the pages for traces', () => {
  test('lead from a service to its error traces, to a trace, to a span, to its logs', async () => {
    const { page, complaints } = await openPage(browser, { scheme: 'light', ...wide })
    await page.goto(`${server.ui}/services/payments`)
    await page.getByRole('link', { name: 'Error traces' }).click()
    await page.getByRole('grid', { name: 'Traces' }).getByText('POST /checkout').click()
    await page.getByRole('row').filter({ hasText: 'POST /charges' }).click()
    const details = page.getByRole('complementary')
    await details.getByText('at charge (/app/src/charge.ts:41:11)').waitFor()
    await details.getByText('working on POST /charges').waitFor()
    await keepScreenshot(page, 'trace-span-light')
    const charge = failed.spans.find(({ name }) => name === 'POST /charges')
    expect(new URL(page.url()).searchParams.get('span')).toBe(charge?.spanId)
    await details.getByRole('link', { name: 'Open in Logs' }).click()
    await page.getByText('working on POST /charges').first().waitFor()
    expect(new URL(page.url()).searchParams.get('q')).toBe(`trace_id:${failed.traceId} span_id:${charge?.spanId}`)
    expect(complaints).toEqual([])
  })

  test('say what fails in a service, since when and where, and lead to the latest of it', async () => {
    const { page, complaints } = await openPage(browser, { scheme: 'light', ...wide })
    await page.goto(`${server.ui}/services/payments`)
    const fails = page.getByRole('grid', { name: 'What fails' })
    await fails.getByText('CardDeclined: the card was declined').first().waitFor()
    await expect.poll(() => fails.getByRole('row').count()).toBe(3)
    // The bank's refusal failed the charge: the cause stands first, what came of it below.
    await fails.getByRole('row').nth(1).getByText('ask the bank', { exact: true }).waitFor()
    await fails.getByRole('row').nth(2).getByText('POST /charges, which came of the one above').waitFor()
    const instances = page.getByRole('grid', { name: 'Instances' })
    await instances.getByRole('gridcell', { name: '1.2.3' }).waitFor()
    await keepScreenshot(page, 'service-fails-light')
    await fails.getByText('ask the bank', { exact: true }).click()
    await page.getByRole('complementary').getByText('at charge (/app/src/charge.ts:41:11)').waitFor()
    const asked = failed.spans.find(({ name }) => name === 'ask the bank')
    expect(new URL(page.url()).searchParams.get('span')).toBe(asked?.spanId)
    await page.goto(`${server.ui}/services/storefront`)
    await fails.getByText('Began in payments, ask the bank: CardDeclined: the card was declined').waitFor()
    await keepScreenshot(page, 'service-began-elsewhere-light')
    await fails.getByRole('link', { name: /^payments, ask the bank/ }).click()
    await expect.poll(() => new URL(page.url()).searchParams.get('span')).toBe(asked?.spanId)
    expect(complaints).toEqual([])
  })

  test('have room for their tables on the narrowest phone', async () => {
    const { page, complaints } = await openPage(browser, { scheme: 'dark', width: 320, height: 700 })
    const day = (ms: number) => new Date(Date.now() + ms).toISOString()
    const days = `from=${day(-2_000_000_000)}&to=${day(60_000)}`
    for (const [path, name] of [
      ['services', 'Services'],
      ['services/payments', 'Operations'],
      ['services/payments', 'Instances'],
      ['traces', 'Traces'],
    ] as const) {
      await page.goto(`${server.ui}/${path}?${days}`)
      const grid = page.getByRole('grid', { name })
      await grid.getByRole('row').nth(1).waitFor()
      // A little after the first row: columns are left out once the width is known.
      const wider = () => grid.evaluate((element) => element.scrollWidth - element.clientWidth)
      const pageWider = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
      expect(pageWider, `${path} scrolls sideways`).toBeLessThanOrEqual(0)
      await expect.poll(wider, { message: `${name} scrolls sideways` }).toBeLessThanOrEqual(0)
      await keepScreenshot(page, `narrowest-${name.toLowerCase()}-dark`)
    }
    expect(complaints).toEqual([])
  })

  test('lead from a word that no text has to the attribute that has it', async () => {
    const { page, complaints } = await openPage(browser, { scheme: 'light', ...wide })
    await page.goto(`${server.ui}/logs?q=4711`)
    await page.getByRole('button', { name: 'It is an attribute: search order.id:4711' }).click()
    await page.getByRole('grid', { name: 'Log records' }).getByText('POST /checkout').waitFor()
    expect(new URL(page.url()).searchParams.get('q')).toBe('order.id:4711')
    expect(complaints).toEqual([])
  })

  test('keep what they show while the server is away', async () => {
    const { page } = await openPage(browser, { scheme: 'light', ...wide })
    await page.goto(`${server.ui}/services`)
    const row = page.getByRole('grid', { name: 'Services' }).getByText('payments')
    await row.waitFor()
    await page.route('**/api/**', (route) => route.abort())
    await page.getByRole('button', { name: 'Refresh', exact: true }).click()
    await page.getByText('What is shown below is the answer before').waitFor()
    await row.waitFor()
    await keepScreenshot(page, 'services-away-light')
    await page.unroute('**/api/**')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('What is shown below is the answer before').waitFor({ state: 'detached' })
    await row.waitFor()
  })

  test('copy a link that keeps its time', async () => {
    const { page } = await openPage(browser, { scheme: 'light', ...wide })
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.goto(`${server.ui}/traces?q=status:error`)
    await page.getByText('1 trace', { exact: true }).waitFor()
    await page.keyboard.press('y')
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    const link = new URL(await page.evaluate<string>('navigator.clipboard.readText()'))
    expect([...link.searchParams.keys()]).toEqual(['q', 'from', 'to'])
    await page.goto(link.href)
    await page.getByText('1 trace', { exact: true }).waitFor()
  })

  test('tell what spans that failed have and the others have not', async () => {
    const range = await sendOrders(server)
    const { page, complaints } = await openPage(browser, { scheme: 'light', ...wide })
    await page.goto(`${server.ui}/services/orders?${range}`)
    await page.getByRole('link', { name: 'What differs' }).click()
    await page.getByRole('button', { name: 'Failed', exact: true }).click()
    await page.getByText('10 spans that failed, against 40 others').waitFor()
    const differs = page.getByRole('region', { name: 'What differs' })
    const first = differs.getByRole('table').first()
    await first.getByRole('columnheader', { name: 'tenant' }).waitFor()
    await expect.poll(() => first.getByRole('row', { name: 'acme' }).textContent()).toBe('acme100 %0 %')
    await keepScreenshot(page, 'differences-light')
    await first.getByRole('button', { name: 'acme' }).click()
    await expect.poll(() => new URL(page.url()).searchParams.get('q')).toBe('kind:server tenant:acme')
    await page.getByText('10 spans that failed, against 0 others').waitFor()
    expect(complaints).toEqual([])
  })

  test('tell times by the clock of the viewer or in UTC, and remember which', async () => {
    const { page } = await openPage(browser, { scheme: 'light', ...wide, timezone: 'Asia/Tokyo' })
    const range = 'from=2026-01-31T20:00:00Z&to=2026-01-31T21:30:00Z'
    await page.goto(`${server.ui}/traces?${range}`)
    const picker = page.getByRole('button', { name: /2026-0/ })
    await picker.getByText('2026-02-01 05:00 – 06:30', { exact: true }).waitFor()
    await picker.click()
    await page.getByRole('textbox', { name: 'From' }).waitFor()
    await page.getByRole('button', { name: 'UTC', exact: true }).click()
    await picker.getByText('2026-01-31 20:00 – 21:30', { exact: true }).waitFor()
    await expect.poll(() => page.getByRole('textbox', { name: 'From' }).inputValue()).toBe('2026-01-31 20:00:00')
    await keepScreenshot(page, 'time-in-utc-light')
    await page.goto(`${server.ui}/services?${range}`)
    await picker.getByText('UTC', { exact: true }).waitFor()
    await page.keyboard.press('u')
    await picker.getByText('2026-02-01 05:00 – 06:30', { exact: true }).waitFor()
    expect(new URL(page.url()).search).toBe(`?${range}`)
  })

  test('show a trace as rows that collapse, are found, and are summed up', async () => {
    const { page, complaints } = await openPage(browser, { scheme: 'dark', ...wide })
    await page.goto(`${server.ui}/traces/${failed.traceId}`)
    const rows = page.getByRole('treegrid', { name: 'Spans' }).getByRole('row')
    await expect.poll(() => rows.count()).toBe(6)
    await page.keyboard.press('C')
    await expect.poll(() => rows.count()).toBe(1)
    await page.keyboard.press('f')
    await page.keyboard.type('bank')
    await page.getByText('1 span ·').waitFor()
    await page.keyboard.press('Enter')
    await expect.poll(() => page.getByRole('row', { selected: true }).textContent()).toContain('ask the bank')
    await keepScreenshot(page, 'trace-find-dark')
    await page.getByRole('tab', { name: 'Summary' }).click()
    await page.getByRole('grid', { name: 'Trace summary by service' }).getByText('payments').waitFor()
    await keepScreenshot(page, 'trace-summary-dark')
    await page.getByRole('tab', { name: 'Logs' }).click()
    const logs = page.getByRole('grid', { name: 'Logs of the trace' })
    await expect.poll(() => logs.getByRole('row').count()).toBe(7)
    await logs.getByText('working on PUT /reservations').click()
    await page.getByRole('complementary').getByText('PUT /reservations').first().waitFor()
    expect(complaints).toEqual([])
  })

  test.each(['light', 'dark'] as const)('list and plot the traces of a search, %s', async (scheme) => {
    const { page, complaints } = await openPage(browser, { scheme, ...wide })
    await page.goto(`${server.ui}/traces`)
    await page.getByText('41 traces').waitFor()
    await keepScreenshot(page, `traces-${scheme}`)
    await page.getByRole('switch', { name: 'Only errors' }).check({ force: true })
    await page.getByText('1 trace', { exact: true }).waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.getByRole('treegrid', { name: 'Spans' }).waitFor()
    expect(new URL(page.url()).pathname).toBe(`/traces/${failed.traceId}`)
    await keepScreenshot(page, `trace-${scheme}`)
    expect(complaints).toEqual([])
  })

  test('say what to check where a trace is not there, and what is wrong with a search', async () => {
    const { page } = await openPage(browser, { scheme: 'light', width: 420, height: 860 })
    await page.goto(`${server.ui}/traces/${'0'.repeat(31)}1`)
    await page.getByText('No span of this trace is stored').waitFor()
    await keepScreenshot(page, 'trace-not-found-narrow')
    await page.goto(`${server.ui}/traces?q=name:(`)
    await page.getByText('The search cannot be read').waitFor()
    await page.goto(`${server.ui}/traces?q=name:nothing-like-this`)
    await page.getByText('Clear the search').click()
    await page.getByText('41 traces').waitFor()
    await keepScreenshot(page, 'traces-narrow')
  })
})

/** Fifty requests of a service `orders`, two hours ago: those of one tenant fail. Gives that time, as links have it. */
async function sendOrders({ otlpHttp, ask }: RunningServer): Promise<string> {
  const startMs = Date.now() - 7_200_000
  const range = `from=${startMs - 60_000}&to=${startMs + 60_000}`
  const spans = Array.from({ length: 50 }, (_, at) => {
    const isFailed = at % 5 === 0
    const attributes = { tenant: isFailed ? 'acme' : `tenant-${at % 3}`, 'order.id': `order-${at}` }
    return {
      traceId: at.toString(16).padStart(32, 'f'),
      spanId: at.toString(16).padStart(16, 'f'),
      name: 'POST /orders',
      kind: 2,
      startTimeUnixNano: `${startMs + at}000000`,
      endTimeUnixNano: `${startMs + at + 5}000000`,
      status: { code: isFailed ? 2 : 0 },
      attributes: Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } })),
    }
  })
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'orders' } }] }
  const response = await fetch(`${otlpHttp}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] }),
  })
  expect(response.status).toBe(200)
  const found = () => ask<TracesAnswer>(`/traces?${range}&limit=100&q=service:orders`)
  await eventually(found, ({ traces }) => traces.length === 50)
  return range
}
