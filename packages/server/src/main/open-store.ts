import { flagName, type Options } from '../options.ts'
import { openEmbeddedStore, threadPoolSize } from '../store/embedded.ts'
import type { ReadLimits, Store } from '../store/store.ts'

export function openStore(options: Options, directory: string): Promise<Store> {
  const needed = threadPoolSize(options.queriesAtOnceMax)
  const given = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4)
  if (given < needed) {
    throw new Error(
      `Cannot run ${options.queriesAtOnceMax} questions at once: they need ${needed} threads and there are ${given}; set UV_THREADPOOL_SIZE=${needed}, or lower --${flagName('queriesAtOnceMax')}`,
    )
  }
  return openEmbeddedStore({
    directory,
    readers: options.queriesAtOnceMax,
    waitingMax: options.queriesWaitingMax,
    limits: readLimits(options),
    memoryMaxBytes: options.engineMemoryMaxBytes,
    mergesMax: options.mergesAtOnceMax,
  })
}

export function readLimits(options: Options): ReadLimits {
  return {
    timeoutMs: options.queryTimeoutMs,
    memoryMaxBytes: options.queryMemoryMaxBytes,
    rowsMax: options.queryRowsMax,
  }
}
