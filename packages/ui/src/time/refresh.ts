import { one, type RawSearch } from '../parts/url.ts'

/** How often a page that looks at the last minutes asks again; 0 is never. */
export const refreshChoicesSeconds = [0, 5, 10, 30, 60, 300] as const

/** `refresh=off|5s|1m`; absent is the page's own choice. */
export function parseRefresh(raw: RawSearch, pageSeconds: number): number {
  const text = one(raw, 'refresh')
  return refreshChoicesSeconds.find((seconds) => printRefresh(seconds) === text) ?? pageSeconds
}

export function printRefresh(seconds: number): string {
  return seconds === 0 ? 'off' : seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`
}
