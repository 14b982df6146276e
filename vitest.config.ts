import { defineConfig } from 'vitest/config'

/**
 * One runner for unit and integration tests. Tests run in forked processes because the embedded engine binds
 * one data directory to a process.
 */
export default defineConfig({
  resolve: { conditions: ['wakeline-source'] },
  ssr: { resolve: { conditions: ['wakeline-source'] } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'packages/*/src/**/*.test.tsx', 'scripts/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
