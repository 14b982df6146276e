import { readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * Bytes of all files in a server's directory, but for parts that a merge has replaced: the engine keeps those for some
 * minutes, so that a power cut cannot take the merged part with it.
 */
export function storedBytes(directory: string): number {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = files.map((entry) => join(entry.parentPath, entry.name))
  const replaced = replacedParts(paths)
  return paths.reduce((sum, path) => (isInside(path, replaced) ? sum : sum + sizeOf(path)), 0)
}

type Part = { path: string; min: number; max: number; level: number; mutation: number }

/** `<partition>_<least block>_<greatest block>[_<level>[_<mutation>]]`: of two parts of one partition, the wider holds the other. */
const partName = /^([^_]+)_(\d+)_(\d+)_(\d+)(?:_(\d+))?$/

function replacedParts(paths: readonly string[]): Set<string> {
  const groups = new Map<string, Part[]>()
  for (const path of new Set(paths.map(dirname))) {
    const [, partition, min, max, level, mutation = 0] = partName.exec(path.slice(dirname(path).length + 1)) ?? []
    if (partition === undefined) continue
    const group = join(dirname(path), partition)
    const part = { path, min: Number(min), max: Number(max), level: Number(level), mutation: Number(mutation) }
    groups.set(group, [...(groups.get(group) ?? []), part])
  }
  const replaced = new Set<string>()
  for (const parts of groups.values()) {
    for (const part of parts) if (parts.some((other) => replaces(other, part))) replaced.add(part.path)
  }
  return replaced
}

function replaces(one: Part, other: Part): boolean {
  if (one === other || one.min > other.min || one.max < other.max) return false
  return one.level > other.level || (one.level === other.level && one.mutation > other.mutation)
}

/** Merges and loads go on while we look: what is gone has no size. */
const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0

const isInside = (path: string, directories: ReadonlySet<string>): boolean => directories.has(dirname(path))
