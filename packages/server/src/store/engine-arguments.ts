import { fileURLToPath } from 'node:url'

/**
 * What the engine is told when it starts. It is made for servers with hundreds of gigabytes: pools of hundreds of
 * threads and caches of gigabytes, which would be most of an idle Wakeline's memory.
 */
export type EngineSize = {
  /** All queries, loads and merges together. Beyond it a query fails, not the process. */
  memoryMaxBytes: number
  /** Merges that run at once. */
  mergesMax: number
}

const MiB = 1024 * 1024

/** Beside this module; the build copies it beside the bundle. */
const configFile = fileURLToPath(new URL('./engine.xml', import.meta.url))

export function engineArguments(size: EngineSize): string[] {
  const settings: Record<string, number | string> = {
    'config-file': configFile,
    max_server_memory_usage: size.memoryMaxBytes,
    background_pool_size: size.mergesMax,
    background_merges_mutations_concurrency_ratio: 1,
    // A pool of one may not keep a lane free for small merges as large as the pool.
    'merge_tree.number_of_free_entries_in_pool_to_lower_max_size_of_merge': 1,
    'merge_tree.number_of_free_entries_in_pool_to_execute_mutation': 1,
    'merge_tree.number_of_free_entries_in_pool_to_execute_optimize_entire_partition': 1,
    'merge_tree.max_number_of_merges_with_ttl_in_pool': 1,
    background_common_pool_size: 2,
    background_schedule_pool_size: 2,
    background_fetches_pool_size: 1,
    background_move_pool_size: 1,
    background_buffer_flush_schedule_pool_size: 1,
    background_distributed_schedule_pool_size: 1,
    background_message_broker_schedule_pool_size: 1,
    max_thread_pool_size: 500,
    max_thread_pool_free_size: 8,
    mark_cache_size: Math.min(64 * MiB, Math.floor(size.memoryMaxBytes / 16)),
    index_mark_cache_size: 8 * MiB,
    primary_index_cache_size: 32 * MiB,
    uncompressed_cache_size: 0,
    query_condition_cache_size: 16 * MiB,
    compiled_expression_cache_size: 16 * MiB,
  }
  return Object.entries(settings).map(([name, value]) => `--${name}=${value}`)
}
