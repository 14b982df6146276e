import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/**
 * Half of what a test of ours takes is waiting (for the engine, the disk, a socket), and vitest leaves one core to itself: on two
 * cores it would run one file after the other, in twice the time. More than four have nothing left to wait for each other.
 */
const workers = Math.min(4, Math.max(2, availableParallelism() - 1))

/**
 * Two projects. Tests run in forked processes because the embedded engine binds one data directory to a process.
 * The end-to-end ones start whole servers, so they run one file after the other.
 */
const conditions = ['wakeline-source']
/** Against what never ends. Whoever shares the machine makes a test take four times as long. */
const limits = { testTimeout: 120_000, hookTimeout: 240_000 }
/** What is waited for comes late on a loaded machine: the usual second is no bound of anything. */
const patience = { expect: { poll: { timeout: 15_000 } } }
const source = { resolve: { conditions }, ssr: { resolve: { conditions } } }

export default defineConfig({
  test: {
    projects: [
      {
        ...source,
        test: {
          name: 'unit',
          setupFiles: ['scripts/unit-set-up.ts'],
          include: ['packages/*/src/**/*.test.{ts,tsx}', 'scripts/**/*.test.ts', 'examples/*/src/**/*.test.ts'],
          globalSetup: ['scripts/test-run-folder.ts'],
          pool: 'forks',
          maxWorkers: workers,
          ...limits,
          ...patience,
        },
      },
      {
        ...source,
        test: {
          name: 'e2e',
          setupFiles: ['packages/sdk/src/bundled.ts'],
          include: ['e2e/**/*.test.ts'],
          globalSetup: ['scripts/test-run-folder.ts'],
          pool: 'forks',
          fileParallelism: false,
          ...limits,
          ...patience,
        },
      },
    ],
  },
})
