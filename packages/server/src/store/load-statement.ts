import { quote } from './bind.ts'
import { insertFrom } from './insert.ts'
import type { SealedFile } from './store.ts'

/** Too dear for every load: merges make them, or what comes after. */
export const logBodyIndexes = ['body_shapes', 'body_numbers']
const mergedIndexes = [...logBodyIndexes, 'value_bloom'].join()

/**
 * Loads and merges stand back where the cores are wanted by receiving and by questions: what is received is safe in its
 * segment and can wait. For loads, whose threads serve questions as well, it needs CAP_SYS_NICE; without it the engine leaves
 * it be.
 */
const loadNice = 10

/**
 * What keeps a load exact and its memory small is told in docs/decisions and tried in embedded.test.ts. Rows that have one key
 * are joined by merges (`optimize_on_insert`): the views have grouped theirs already, and looking for more took a tenth of a load.
 */
export function renderLoad(file: SealedFile): string {
  const path = quote(file.path)
  const insert =
    insertFrom(file.table, (structure) => `file(${path}, 'Native', ${structure})`) ??
    `INSERT INTO ${file.table} SELECT * FROM file(${path}, 'Native')`
  return `${insert} SETTINGS
    insert_deduplicate = 1, insert_deduplication_token = ${quote(file.token)},
    deduplicate_blocks_in_dependent_materialized_views = 1, optimize_on_insert = 0,
    use_strict_insert_block_limits = 0, max_insert_threads = 1, max_threads = 1,
    min_insert_block_size_rows = ${file.blockRows}, min_insert_block_size_bytes = 0,
    max_partitions_per_insert_block = 0, storage_file_read_method = 'pread',
    input_format_skip_unknown_fields = 0, input_format_native_allow_types_conversion = 0,
    exclude_materialize_skip_indexes_on_insert = '${mergedIndexes}',
    os_threads_nice_value_query = ${loadNice}, os_threads_nice_value_materialized_view = ${loadNice}`
}
