import { flagName, type Options } from '../options.ts'
import { openClusterStore } from '../store/cluster.ts'
import { parseClusterUrl } from '../store/cluster-url.ts'
import { openEmbeddedStore, threadPoolSize } from '../store/embedded.ts'
import type { ReadLimits, Store } from '../store/store.ts'

type Report = (sentence: string) => void

export async function openStore(options: Options, directory: string, report: Report): Promise<Store> {
  return options.store === '' ? openEmbedded(options, directory) : openCluster(options, report)
}

function openCluster(options: Options, report: Report): Store {
  return openClusterStore({
    ...parseClusterUrl(options.store),
    password: options.storePassword,
    connectionsMax: options.queriesAtOnceMax + 4,
    limits: readLimits(options),
    report,
  })
}

function openEmbedded(options: Options, directory: string): Promise<Store> {
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

function readLimits(options: Options): ReadLimits {
  return {
    timeoutMs: options.queryTimeoutMs,
    memoryMaxBytes: options.queryMemoryMaxBytes,
    rowsMax: options.queryRowsMax,
  }
}
