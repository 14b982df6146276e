import { parseArgs } from 'node:util'
import { type Counts, runCrash } from './crash.ts'

/** `npm run e2e -- SUITE [--kills N] [--seed N] [--json]`. With --json the last line is a flat object of counts. */
const suites: Readonly<Record<string, (options: { kills: number; seed: number }) => Promise<Counts>>> = {
  crash: runCrash,
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    kills: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
})
const [suite = ''] = positionals
const run = Object.hasOwn(suites, suite) ? suites[suite] : undefined
const kills = Number(values.kills)
const seed = Number(values.seed)
if (run === undefined || !Number.isInteger(kills) || kills < 0 || !Number.isInteger(seed)) {
  const known = Object.keys(suites).join(', ')
  console.error(`Cannot run "${suite}": say npm run e2e -- SUITE [--kills N] [--seed N] [--json] with one of ${known}`)
  process.exit(2)
}
console.log(`${suite}: seed ${seed}`)
const counts = await run({ kills, seed })
for (const [name, count] of Object.entries(counts)) console.log(`${name.padEnd(28)} ${count.toLocaleString('en')}`)
if (values.json) console.log(JSON.stringify(counts))
process.exitCode = counts['wrong'] === 0 ? 0 : 1
