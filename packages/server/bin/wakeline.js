#!/usr/bin/env node
'use strict'
/**
 * The command `wakeline`. CommonJS on purpose: an ES module is read through libuv's thread pool, which fixes its size
 * before the first line runs, and the engine's sessions need more threads than the four there are by default.
 */

process.env.UV_THREADPOOL_SIZE ??= '16'

const { availableParallelism } = require('node:os')
const { allocatorSettings } = require('./allocator.js')

// Tried on Linux only; elsewhere the engine's own are left.
if (process.platform === 'linux') process.env.JE_MALLOC_CONF ??= allocatorSettings(availableParallelism())

/**
 * Bodies and blocks live for milliseconds outside of V8's heap, and V8 counts them as if they had grown it: with its 20 MB
 * it started a full collection for every 12 MB of them, ten a second under load. Four times what a collection left, the
 * most V8 allows itself, is far enough for small collections to take them away (docs/decisions/0042-yield-to-receiving.md).
 */
require('node:v8').setFlagsFromString('--heap-growing-percent=300')

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
