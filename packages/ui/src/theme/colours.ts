import { useComputedColorScheme } from '@mantine/core'
import { useMemo } from 'react'

/**
 * Hues (OKLCH degrees) far enough apart to tell, without the reds that mean an error. With three depths of each, two
 * names share a colour about once in forty.
 */
const hues = [60, 88, 115, 140, 165, 190, 212, 235, 258, 280, 300, 322, 345] as const
const depths = [0, -0.09, 0.08] as const

/** FNV-1a: small, the same everywhere, good enough to spread names over colours. */
export function hashName(name: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  // The last bits of FNV move little between similar names, so they are mixed once more.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return (hash ^ (hash >>> 13)) >>> 0
}

const places = hues.length * depths.length

/**
 * Places of names that are seen together: each its own by hash, and of two with the same, the later in the alphabet goes to
 * the next free one. A name keeps its colour while the ones before it that it would meet stay the same.
 */
export function spreadNames(names: readonly string[]): Map<string, number> {
  const taken = new Map<string, number>()
  const used = new Set<number>()
  for (const name of [...new Set(names)].sort()) {
    let place = hashName(name) % places
    for (let step = 0; used.has(place) && step < places; step++) place = (place + 1) % places
    used.add(place)
    taken.set(name, place)
  }
  return taken
}

let known: ReadonlyMap<string, number> = new Map()

/** The services of this page's store, once they are known: no two of them share a colour while there are enough. */
export function knowServices(names: readonly string[]): void {
  known = spreadNames(names)
}

/** Place of a name in the palette; the same name always has the same, unless a known service has it already. */
export function colourPlace(name: string): { hue: number; depth: number } {
  const hash = known.get(name) ?? hashName(name)
  return { hue: hues[hash % hues.length] ?? 0, depth: depths[Math.floor(hash / hues.length) % depths.length] ?? 0 }
}

/** The steady colour of a service or series, as CSS that follows the theme. Use `useInk` for canvas. */
export function nameColour(name: string): string {
  const { hue, depth } = colourPlace(name)
  return `oklch(calc(var(--service-light) + ${depth}) var(--service-chroma) ${hue})`
}

export const severityColours = {
  fatal: 'var(--fatal)',
  error: 'var(--error)',
  warn: 'var(--warn)',
  info: 'var(--info)',
  debug: 'var(--debug)',
  trace: 'var(--debug)',
  unset: 'var(--line-strong)',
} as const

export type Ink = {
  scheme: 'light' | 'dark'
  /** Turns `var(--error)` or `nameColour(...)` into a colour a canvas accepts. */
  of: (css: string) => string
}

/** Colours for canvases, which know no CSS variables. Changes identity with the theme. */
export function useInk(): Ink {
  const scheme = useComputedColorScheme('light')
  return useMemo(() => ({ scheme, of: (css) => resolve(css, scheme) }), [scheme])
}

/** The depth of the theme as numbers; they stand in theme.css too. */
const depthOf = { light: [0.56, 0.13], dark: [0.74, 0.115] } as const

function resolve(css: string, scheme: 'light' | 'dark'): string {
  const variable = /^var\((--[\w-]+)\)$/.exec(css)
  if (variable?.[1] !== undefined)
    return getComputedStyle(document.documentElement).getPropertyValue(variable[1]).trim()
  const named = /^oklch\(calc\(var\(--service-light\) \+ (\S+)\) var\(--service-chroma\) (\S+)\)$/.exec(css)
  if (named === null) return css
  const [light, chroma] = depthOf[scheme]
  return `oklch(${(light + Number(named[1])).toFixed(3)} ${chroma} ${named[2]})`
}
