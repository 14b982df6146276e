import { existsSync, readFileSync } from 'node:fs'

const path = new URL('../../../../../shared/data/robustness/blns.base64.json', import.meta.url)

/** Strings that break things, of other people's list; undefined where it is not there, which is said. */
export function naughtyStrings(): string[] | undefined {
  if (!existsSync(path)) {
    console.error(`SKIPPED: the strings are not at ${path.pathname}`)
    return undefined
  }
  const encoded: string[] = JSON.parse(readFileSync(path, 'utf8'))
  return [...new Set(encoded.map((text) => Buffer.from(text, 'base64').toString('utf8')))]
}
