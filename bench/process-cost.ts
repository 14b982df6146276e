import { readdirSync, readFileSync } from 'node:fs'

/**
 * What another process has used so far, from /proc: CPU time in all and by kind of thread, and memory. Threads come
 * and go, and one that has ended is only in the total, so they are looked at ten times a second; what no look saw is
 * under 'ended threads'.
 *
 * The clock of /proc has 100 ticks a second.
 */
export type CpuTimes = { microseconds: number; byThread: Readonly<Record<string, number>> }

const tickUs = 10_000

export class ProcessCost {
  readonly #pid: number
  readonly #threads = new Map<string, { kind: string; microseconds: number }>()
  readonly #timer: NodeJS.Timeout

  constructor(pid: number) {
    this.#pid = pid
    this.#timer = setInterval(() => this.#look(), 100)
    this.#timer.unref()
  }

  read(): CpuTimes {
    this.#look()
    const microseconds = readTimes(`/proc/${this.#pid}/stat`)?.microseconds ?? 0
    const byThread: Record<string, number> = {}
    let seen = 0
    for (const { kind, microseconds: us } of this.#threads.values()) {
      byThread[kind] = (byThread[kind] ?? 0) + us
      seen += us
    }
    byThread['ended threads'] = Math.max(0, microseconds - seen)
    return { microseconds, byThread }
  }

  /** The most it has had at once. */
  residentMaxBytes(): number {
    return this.#memory('VmHWM')
  }

  residentBytes(): number {
    return this.#memory('VmRSS')
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #memory(name: string): number {
    const status = readFileSync(`/proc/${this.#pid}/status`, 'utf8')
    return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) * 1024
  }

  #look(): void {
    let threads: string[] = []
    try {
      threads = readdirSync(`/proc/${this.#pid}/task`)
    } catch {
      // The process has ended; what was seen of it stays.
    }
    for (const thread of threads) {
      const times = readTimes(`/proc/${this.#pid}/task/${thread}/stat`)
      if (times === undefined) continue
      const kind = Number(thread) === this.#pid ? 'main thread' : kindOf(times.name)
      this.#threads.set(thread, { kind, microseconds: times.microseconds })
    }
  }
}

/** User and system time; undefined when it has just ended. */
function readTimes(path: string): { name: string; microseconds: number } | undefined {
  try {
    const text = readFileSync(path, 'utf8')
    const columns = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const name = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'))
    return { name, microseconds: (Number(columns[11]) + Number(columns[12])) * tickUs }
  } catch {
    return undefined
  }
}

/** The engine names its threads after what they do; those of Node are all called alike. */
function kindOf(name: string): string {
  if (/^Merge/.test(name)) return "engine's merges"
  if (/^Query/.test(name)) return "engine's inserts and queries"
  if (/^(node|libuv|V8|Signal)/i.test(name)) return "Node's threads"
  return 'other threads of the engine'
}
