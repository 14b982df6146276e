import { readCommandArguments } from '../scripts/command-arguments.ts'
import { runCluster } from './cluster.ts'
import { type Counts, runCrash } from './crash.ts'
import { runFuzz } from './fuzz/suite.ts'
import { runOverload } from './overload.ts'
import { runRunaway } from './runaway.ts'
import { runSdkFaults } from './sdk-faults.ts'
import { runSdkLeaks } from './sdk-leaks.ts'

/** `npm run e2e -- SUITE [--kills N] [--seed N] [--seconds N] [--requests N] [--executions N] [--json]`. With --json the last line is a flat object of counts. */
interface Options {
  readonly kills: number
  readonly seed: number
  readonly seconds: number
  readonly requests: number
  readonly executions: number
}

const suites: Readonly<Record<string, (options: Options) => Promise<Counts>>> = {
  crash: runCrash,
  cluster: runCluster,
  fuzz: runFuzz,
  overload: () => runOverload({ connections: 9_500, tinyRequests: 20_000, slowClients: 100, requestTimeout: '10s' }),
  runaway: runRunaway,
  'sdk-faults': ({ seconds }) => runSdkFaults({ seconds, perSecond: 500 }),
  'sdk-leaks': runSdkLeaks,
}

const usage = `npm run e2e -- SUITE [--kills N] [--seed N] [--seconds N] [--requests N] [--executions N] [--json] with one of ${Object.keys(suites).join(', ')}`

const { values, positionals } = readCommandArguments(usage, {
  json: { type: 'boolean', default: false },
  kills: { type: 'string', default: '20' },
  // Five phases: ten minutes.
  seconds: { type: 'string', default: '120' },
  requests: { type: 'string', default: '1000000' },
  executions: { type: 'string', default: '1000000' },
  seed: { type: 'string', default: String(Date.now() % 1_000_000) },
})
const [suite = ''] = positionals
const run = Object.hasOwn(suites, suite) ? suites[suite] : undefined
const kills = Number(values.kills)
const seed = Number(values.seed)
const seconds = Number(values.seconds)
const requests = Number(values.requests)
const executions = Number(values.executions)
const isUsable =
  Number.isInteger(kills) && kills >= 0 && Number.isInteger(seed) && seconds > 0 && requests >= 1_000 && executions >= 1
if (run === undefined || !isUsable) {
  console.error(`Cannot run "${suite}": say ${usage}`)
  process.exit(2)
}
console.log(`${suite}: seed ${seed}`)
const counts = await run({ kills, seed, seconds, requests, executions })
for (const [name, count] of Object.entries(counts)) console.log(`${name.padEnd(28)} ${count.toLocaleString('en')}`)
if (values.json) console.log(JSON.stringify(counts))
process.exitCode = counts['wrong'] === 0 ? 0 : 1
