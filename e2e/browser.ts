import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { root } from './server.ts'

/** A real Chromium looking at the built UI. `npm test` finds one and names it in WAKELINE_CHROMIUM. */

/** What a page does not do in this time it does not do. */
const waitMs = 15_000
const usualPath = '/usr/bin/chromium'
const screenshots = join(root, 'artifacts/screenshots')

export async function openBrowser(): Promise<Browser> {
  const executablePath = process.env['WAKELINE_CHROMIUM'] ?? usualPath
  if (!existsSync(executablePath)) {
    throw new Error(
      `Cannot open a browser: there is none at ${executablePath}; set WAKELINE_CHROMIUM to the path of one`,
    )
  }
  return chromium.launch({
    executablePath,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
}

/** `timezone` is that of the machine, where it is not named. */
export type Look = { scheme: 'light' | 'dark'; width: number; height: number; timezone?: string }

/** A page with nothing remembered, and what it complained of: console errors and warnings, and errors nobody caught. */
export async function openPage(browser: Browser, look: Look): Promise<{ page: Page; complaints: string[] }> {
  const { scheme, width, height, timezone } = look
  const context = await browser.newContext({
    colorScheme: scheme,
    viewport: { width, height },
    ...(timezone && { timezoneId: timezone }),
  })
  context.setDefaultTimeout(waitMs)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message))
  return { page, complaints }
}

/** Kept under artifacts/screenshots, for people to look at. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  await mkdir(screenshots, { recursive: true })
  await page.screenshot({ path: join(screenshots, `${name}.png`) })
}
