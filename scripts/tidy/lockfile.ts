import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { missingEntries } from '../complete-lockfile.mjs'
import { type Finding, root } from './read-sources.ts'

/** npm prunes other platforms' packages from the lockfile, and `npm ci` then refuses it. */
export function checkLockfile(): Finding[] {
  const path = 'package-lock.json'
  const missing = Object.keys(missingEntries(JSON.parse(readFileSync(join(root, path), 'utf8'))))
  if (missing.length === 0) return []
  return [
    { path, line: 1, sentence: `${missing.length} packages of other platforms are missing; npm run lock adds them` },
  ]
}
