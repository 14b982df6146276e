/**
 * One ClickHouse server, from the library that the embedded engine comes in: `chdb_query_cmdline` is the whole of
 * `clickhouse local`, and that can listen. Arguments: library, then those of `clickhouse local`. The call only returns
 * when the server ends, and must be made on the main thread, whose stack the engine checks.
 *
 * For tests of clusters only: it has no port for replicas to fetch parts from each other.
 */
import { DataType, load, open } from 'ffi-rs'

const [library, ...given] = process.argv.slice(2)
const argv = ['clickhouse', ...given]

if (process.platform === 'linux') {
  // PR_SET_PDEATHSIG with SIGKILL: this thread will hear nothing more of its parent.
  open({ library: 'libc', path: 'libc.so.6' })
  load({
    library: 'libc',
    funcName: 'prctl',
    retType: DataType.I32,
    paramsType: [DataType.I32, DataType.U64],
    paramsValue: [1, 9],
  })
}
open({ library: 'engine', path: library })
const result = load({
  library: 'engine',
  funcName: 'chdb_query_cmdline',
  retType: DataType.External,
  paramsType: [DataType.I32, DataType.StringArray],
  paramsValue: [argv.length, argv],
})
console.error(
  load({
    library: 'engine',
    funcName: 'chdb_result_error',
    retType: DataType.String,
    paramsType: [DataType.External],
    paramsValue: [result],
  }),
)
process.exit(1)
