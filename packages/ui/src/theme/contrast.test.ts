import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { accent, filled } from './theme.ts'

/** WCAG's least for text of this size. */
const leastRatio = 4.5

const css = readFileSync(join(import.meta.dirname, 'theme.css'), 'utf8')
const themes = ['light', 'dark'].map((scheme) => ({ scheme, colours: coloursOf(scheme) }))
const inks = ['ink', 'ink-2', 'ink-3', 'accent', 'fatal', 'error', 'warn', 'info', 'debug', 'ok']
const grounds = ['ground', 'panel', 'hover', 'chosen', 'error-ground', 'warn-ground']

test.each(themes)('every ink can be read on every ground, $scheme', ({ colours }) => {
  const faint = inks.flatMap((ink) =>
    grounds
      .map((ground) => ({ on: `${ink} on ${ground}`, ratio: contrast(colours.get(ink), colours.get(ground)) }))
      .filter(({ ratio }) => !(ratio >= leastRatio)),
  )
  expect(faint).toEqual([])
})

test.each([
  ['light', '#ffffff'],
  ['dark', '#000000'],
] as const)('what stands on a filled button can be read, %s', (scheme, ink) => {
  expect(contrast(ink, accent[filled[scheme]])).toBeGreaterThanOrEqual(leastRatio)
})

function coloursOf(scheme: string): Map<string, string> {
  const block = css.slice(css.indexOf(`scheme="${scheme}"] {`)).split('}')[0] ?? ''
  return new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = '', hex = '']) => [name, hex]))
}

function contrast(one = '', other = ''): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
