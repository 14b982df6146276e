'use strict'

/**
 * What the engine's allocator is told, read from JE_MALLOC_CONF when the library is loaded. It keeps a store of freed memory for each
 * core and gives back at once what is large, so that a load, whose threads are never where the last one's were, was given
 * 100 MB of new pages each time (docs/decisions/0074-less-work-for-a-load.md).
 *
 *   narenas, percpu_arena   one store of freed memory for up to seven cores, then one for every four: what a load gave back is what the next takes
 *   oversize_threshold      blocks of 64 MB and more are kept like any other
 *   prof                    no counting for a profiler that nobody starts
 */
function allocatorSettings(cores) {
  const stores = Math.max(1, Math.floor(cores / 4))
  return `percpu_arena:disabled,narenas:${stores},oversize_threshold:0,prof:false`
}

module.exports = { allocatorSettings }
