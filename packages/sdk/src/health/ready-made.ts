import { statfs } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { getHeapStatistics } from 'node:v8'
import type { LoopDelay } from './loop-delay.ts'
import type { DiskCheckOptions, EventLoopCheckOptions, HealthCheck, MemoryCheckOptions } from './public.ts'

/** Fails while timers are late: the process is too busy to answer in time. */
export function eventLoopCheckOf(
  delay: () => LoopDelay,
  { maxDelayMs = 500 }: EventLoopCheckOptions = {},
): HealthCheck {
  delay()
  return () => {
    const delayMs = Math.round(delay().recentMs())
    if (delayMs > maxDelayMs) throw new Error(`the event loop is ${delayMs} ms late, more than ${maxDelayMs} ms`)
    return { delayMs }
  }
}

/** Fails before the process runs out of memory. */
export function memoryCheck({ maxHeapShare = 0.9, maxResidentShare = 0.95 }: MemoryCheckOptions = {}): HealthCheck {
  return () => {
    const { used_heap_size: heapBytes, heap_size_limit: heapLimitBytes } = getHeapStatistics()
    const residentBytes = process.memoryUsage.rss()
    const limitBytes = memoryLimitBytes()
    const detail = { heapBytes, heapLimitBytes, residentBytes, limitBytes }
    if (heapBytes > maxHeapShare * heapLimitBytes)
      throw new Error(`the heap holds ${mib(heapBytes)} of at most ${mib(heapLimitBytes)}`)
    if (residentBytes > maxResidentShare * limitBytes)
      throw new Error(`the process has ${mib(residentBytes)} of at most ${mib(limitBytes)}`)
    return detail
  }
}

/** Fails when the disk is nearly full. */
export function diskCheck({ path = process.cwd(), minFreeBytes = 104_857_600 }: DiskCheckOptions = {}): HealthCheck {
  return async () => {
    const { bavail, bsize, blocks } = await statfs(path)
    const freeBytes = bavail * bsize
    if (freeBytes < minFreeBytes)
      throw new Error(`${mib(freeBytes)} are free on the disk of ${path}, less than ${mib(minFreeBytes)}`)
    return { freeBytes, totalBytes: blocks * bsize }
  }
}

/** Node says 0, or more than there is, where no limit is set. */
function memoryLimitBytes(): number {
  const constrained = process.constrainedMemory()
  return constrained > 0 && constrained < totalmem() ? constrained : totalmem()
}

function mib(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MiB`
}
