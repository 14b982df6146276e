import { fileURLToPath } from 'node:url'
import { build } from 'vite'

/** Builds the UI into `packages/server/dist/ui`, which the server serves and its package publishes. */
export async function buildUi(): Promise<void> {
  await build({ configFile: fileURLToPath(new URL('./vite.config.ts', import.meta.url)), logLevel: 'warn' })
}
