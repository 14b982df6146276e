import { runCommand } from '../packages/server/src/cli.ts'

/** The server from source, for `npm run dev`: what bin/wakeline.js is to the built one. */
process.exit(await runCommand(['serve', ...process.argv.slice(2)]))
