#!/usr/bin/env node
'use strict'
/**
 * The command `wakeline`. CommonJS on purpose: an ES module is read through libuv's thread pool, which fixes its size
 * before the first line runs, and the process is to be set up first.
 */

require('./process-settings.js')
const { readMachine, whyUnsupported } = require('./platform.js')

const why = whyUnsupported(readMachine())
if (why) {
  console.error(why)
  process.exitCode = 1
} else {
  import('../dist/cli.js')
    .then(({ runCommand }) => runCommand(process.argv.slice(2)))
    // Said outright: the channel to a parent process would keep this one alive.
    .then((exitCode) => process.exit(exitCode))
    .catch((error) => {
      const missing = error.code === 'ERR_MODULE_NOT_FOUND' && String(error.message).includes('dist/cli.js')
      console.error(missing ? 'Cannot run wakeline: it is not built yet; run "npm run build" first.' : error)
      process.exitCode = 1
    })
}
