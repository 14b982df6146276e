import { renderParams } from './bind.ts'
import type { ReadLimits, Statement } from './store.ts'

/** The engine's own time limit is whole seconds and comes after ours: it is there for a control session that is stuck. */
export function renderSettings(statement: Statement, limits: ReadLimits, id: string): string {
  const settings = ['readonly = 2', ...readSettings(limits, id), ...renderParams(statement.sql, statement.params)]
  return `SET ${settings.join(', ')}`
}

export function readSettings(limits: ReadLimits, id: string): string[] {
  return [
    `log_comment = '${id}'`,
    `max_execution_time = ${Math.ceil(limits.timeoutMs / 1000) + 1}`,
    `max_memory_usage = ${Math.floor(limits.memoryMaxBytes)}`,
    `max_result_rows = ${Math.floor(limits.rowsMax)}`,
    "storage_file_read_method = 'pread'",
    // Reading in a thread beside is for slow disks and reading ahead; most of what is asked for lies in the system's memory.
    "local_filesystem_read_method = 'pread'",
    // It takes the condition's place in PREWHERE: the index of words was not asked, and bodies were read for every row.
    'use_top_k_dynamic_filtering = 0',
    // Where they are asked while reading, what they left out is not kept for the next question (the query condition cache).
    'use_skip_indexes_on_data_read = 0',
    // A gigabyte for each thread is more than the engine is given, as a rule: every question was left to one core. What one may take is limited above.
    'max_threads_min_free_memory_per_thread = 0',
    // The engine's own are made for tables of billions: forty granules of spans, all a page of traces reads, were left to one core.
    'merge_tree_min_rows_for_concurrent_read = 32768',
    'merge_tree_min_bytes_for_concurrent_read = 20000000',
    'output_format_json_quote_64bit_integers = 1',
  ]
}
