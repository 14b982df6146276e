import { runAll } from './run-all.ts'

/** `npm run types`: the compiler over what runs in Node, then over what runs in the browser. */
const tsc = 'node_modules/typescript/bin/tsc'
const ok = runAll([
  ['types', tsc, '-p', 'tsconfig.json'],
  ['types of the UI', tsc, '-p', 'packages/ui/tsconfig.json'],
])
process.exitCode = ok ? 0 : 1
