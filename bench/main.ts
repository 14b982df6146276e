import { readCommandArguments } from '../scripts/command-arguments.ts'
import { benchAnalysis } from './analysis.ts'
import { benchDecode } from './decode.ts'
import { benchGrowth } from './growth.ts'
import { benchIngest } from './ingest.ts'
import { benchMemory } from './memory.ts'
import { benchQuery } from './query.ts'
import { benchRemoteWrite } from './remote-write.ts'
import { costRow, printRows, type Row } from './rows.ts'
import { benchSdk } from './sdk.ts'

interface BenchOptions {
  readonly seconds: number
  /** What stands behind the suite: some of its parts. */
  readonly wanted: readonly string[]
}

/** `npm run bench -- SUITE [PART...] [--seconds N] [--json]`. With --json the last line is `{"suite","rows"}`. */
const suites: Readonly<Record<string, (options: BenchOptions) => Promise<Row[]>>> = {
  analysis: async () => benchAnalysis(),
  ingest: async (options) => [...(await benchIngest(options)), ...(await benchRemoteWrite())],
  'remote-write': benchRemoteWrite,
  decode: async () =>
    benchDecode({ rounds: 15, seed: 42 }).map(({ signal, microsecondsEach }) =>
      costRow(`info: decode ${signal} (target 0.9 us)`, microsecondsEach, 0.9, 'us'),
    ),
  growth: () => benchGrowth({ sizes: [1e6, 10e6, 100e6] }),
  memory: benchMemory,
  query: benchQuery,
  sdk: benchSdk,
}

const usage = `npm run bench -- SUITE [PART...] [--seconds N] [--json] with one of ${Object.keys(suites).join(', ')}`

const { values, positionals } = readCommandArguments(usage, {
  json: { type: 'boolean', default: false },
  seconds: { type: 'string', default: '30' },
})
const [suite = '', ...wanted] = positionals
const run = Object.hasOwn(suites, suite) ? suites[suite] : undefined
const seconds = Number(values.seconds)
if (run === undefined || !(seconds > 0)) {
  console.error(`Cannot run the bench "${suite}": say ${usage}`)
  process.exit(2)
}
const rows = await run({ seconds, wanted })
printRows(rows)
if (values.json) console.log(JSON.stringify({ suite, rows }))
