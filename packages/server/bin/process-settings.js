'use strict'

/**
 * What a process that holds the engine is set to before anything else runs in it: required by the command, and by benches that
 * measure what users run. What the environment says already stays.
 */

const { availableParallelism } = require('node:os')
const { allocatorSettings } = require('./allocator.js')

/** The engine's sessions need more threads than the four there are by default. */
process.env.UV_THREADPOOL_SIZE ??= '16'

// Tried on Linux only; elsewhere the engine's own are left.
if (process.platform === 'linux') process.env.JE_MALLOC_CONF ??= allocatorSettings(availableParallelism())

/**
 * Bodies and blocks live for milliseconds outside of V8's heap, and V8 counts them as if they had grown it: with its 20 MB
 * it started a full collection for every 12 MB of them, ten a second under load. Four times what a collection left, the
 * most V8 allows itself, is far enough for small collections to take them away (docs/decisions/0042-yield-to-receiving.md).
 */
require('node:v8').setFlagsFromString('--heap-growing-percent=300')
