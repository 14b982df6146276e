import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { setPriority } from 'node:os'

const threads = '/proc/self/task'

/** The engine's threads that merge: it makes them when it starts, keeps them, and names them. None where there is no /proc. */
export function mergeThreads(): number[] {
  if (!existsSync(threads)) return []
  return readdirSync(threads)
    .filter((thread) => nameOf(thread) === 'MergeMutate')
    .map(Number)
}

function nameOf(thread: string): string {
  try {
    return readFileSync(`${threads}/${thread}/comm`, 'utf8').trim()
  } catch {
    // It has ended meanwhile.
    return ''
  }
}

/**
 * Lets merges have what receiving, loads and questions leave of the cores: what is merged later is merged more at once. Not
 * by the engine's own setting, which gives a thread back what it had and so wants CAP_SYS_NICE; lowering is free to all.
 */
export function lowerMerges(nice: number): void {
  for (const thread of mergeThreads()) setPriority(thread, nice)
}
