import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pages } from '../docs/pages.ts'
import { type Finding, root } from './read-sources.ts'

/** Generated pages say what their source says. */
export function checkGenerated(): Finding[] {
  return Object.entries(pages)
    .filter(([path, render]) => !existsSync(join(root, path)) || readFileSync(join(root, path), 'utf8') !== render())
    .map(([path]) => ({ path, line: 1, sentence: 'not what its source says: run "npm run docs"' }))
}
