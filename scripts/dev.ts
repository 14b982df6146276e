import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

/**
 * `npm run dev [-- --no-demo]`: the server from source, started again when a file changes, Vite's server for the UI
 * on 5173, and the demo shop. Data goes to .wakeline/dev.
 */

const root = join(import.meta.dirname, '..')
const node = process.execPath
const source = '--conditions=wakeline-source'

type Step = { name: string; argv: string[]; env?: Record<string, string> }

const steps: Step[] = [
  {
    name: 'server',
    argv: ['node_modules/tsx/dist/cli.mjs', 'watch', source, '--clear-screen=false', 'scripts/dev-server.ts'],
    env: { UV_THREADPOOL_SIZE: '16', WAKELINE_DIRECTORY: join(root, '.wakeline/dev') },
  },
  {
    name: 'ui',
    argv: ['node_modules/vite/bin/vite.js', '--config', 'packages/ui/vite.config.ts', '--clearScreen', 'false'],
  },
]
if (!process.argv.includes('--no-demo')) {
  steps.push({
    name: 'demo',
    argv: ['node_modules/tsx/dist/cli.mjs', 'scripts/dev-demo.ts'],
  })
}

const children: ChildProcess[] = steps.map(({ name, argv, env }) => {
  const child = spawn(node, argv, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  child.on('exit', (code) => console.log(`${name} has stopped (exit code ${code})`))
  return child
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    for (const child of children) child.kill('SIGTERM')
  })
}
