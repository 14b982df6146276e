import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { YamlInput } from '../../base/yaml-input.ts'
import type { FileDiscovery, TargetGroup } from './config.ts'
import { readTargetFile } from './read-target-group.ts'

/** Groups of targets of one file. */
export type FoundGroup = { group: TargetGroup; path: string }

/** A file of targets larger than this is a mistake. */
const fileSizeMaxBytes = 16 * 1024 * 1024

/** Reads files of targets again whenever they change; of one that is damaged what it last said stays. */
export class TargetFiles {
  readonly #report: (sentence: string) => void
  readonly #known = new Map<string, { stamp: string; groups: TargetGroup[] }>()

  constructor(report: (sentence: string) => void) {
    this.#report = report
  }

  async read(discoveries: readonly FileDiscovery[]): Promise<FoundGroup[]> {
    const paths = new Set<string>()
    for (const { patterns } of discoveries)
      for (const pattern of patterns) for (const path of await expandPattern(pattern)) paths.add(path)
    for (const path of this.#known.keys()) if (!paths.has(path)) this.#known.delete(path)
    const found: FoundGroup[] = []
    for (const path of [...paths].sort()) for (const group of await this.#groupsOf(path)) found.push({ group, path })
    return found
  }

  async #groupsOf(path: string): Promise<TargetGroup[]> {
    const known = this.#known.get(path)
    try {
      const { mtimeMs, size, ino } = await stat(path)
      const stamp = `${mtimeMs} ${size} ${ino}`
      if (known?.stamp === stamp) return known.groups
      if (size > fileSizeMaxBytes) throw new Error(`it has ${size} bytes and the limit is ${fileSizeMaxBytes}`)
      const input = new YamlInput(path, await readFile(path, 'utf8'))
      const groups = readTargetFile(input)
      for (const error of input.errors) this.#report(error)
      const kept = input.errors.length > 0 ? (known?.groups ?? []) : groups
      this.#known.set(path, { stamp, groups: kept })
      return kept
    } catch (error) {
      // Gone: so are its targets.
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
      const reason = `Cannot read the targets of ${path}: ${error instanceof Error ? error.message : error}`
      if (known?.stamp !== reason) this.#report(reason)
      this.#known.set(path, { stamp: reason, groups: known?.groups ?? [] })
      return known?.groups ?? []
    }
  }
}

/** The files of a folder whose names match; the pattern itself where it has no `*`. */
async function expandPattern(pattern: string): Promise<string[]> {
  const name = basename(pattern)
  if (!name.includes('*')) return [pattern]
  const [before = '', after = ''] = name.split('*', 2)
  const names = await readdir(dirname(pattern)).catch(() => [])
  return names
    .filter((each) => each.length >= name.length - 1 && each.startsWith(before) && each.endsWith(after))
    .map((each) => join(dirname(pattern), each))
}
