import { runAll } from './run-all.ts'

/** `npm run ok`: types, lint, tidy and the tests beside the files. Green means ready; `npm test` is the whole of it. */
const ok = runAll([
  ['types', '--import', 'tsx', 'scripts/types.ts'],
  ['lint', 'node_modules/@biomejs/biome/bin/biome', 'check'],
  ['tidy', '--conditions=wakeline-source', '--import', 'tsx', 'scripts/tidy.ts'],
  ['tests', 'node_modules/vitest/vitest.mjs', 'run', '--project', 'unit'],
])
process.exitCode = ok ? 0 : 1
