import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'

/**
 * `npm run dev [-- --no-demo]`: the server from source, started again when a file changes, Vite's server for the UI
 * on 5173, and the demo shop. Data goes to .wakeline/dev. Other ports: WAKELINE_UI_PORT, WAKELINE_OTLP_HTTP_PORT.
 */

const root = join(import.meta.dirname, '..')
const uiPort = process.env['WAKELINE_UI_PORT'] ?? '9253'
const otlpHttpPort = process.env['WAKELINE_OTLP_HTTP_PORT'] ?? '4318'

type Step = { name: string; argv: string[]; env?: Record<string, string> }

const steps: Step[] = [
  {
    name: 'server',
    argv: [
      ...['node_modules/tsx/dist/cli.mjs', 'watch', '--conditions=wakeline-source', '--clear-screen=false'],
      'scripts/dev-server.ts',
    ],
    env: { UV_THREADPOOL_SIZE: '16', WAKELINE_DIRECTORY: join(root, '.wakeline/dev') },
  },
  {
    name: 'ui',
    argv: ['node_modules/vite/bin/vite.js', '--config', 'packages/ui/vite.config.ts', '--clearScreen', 'false'],
    env: { WAKELINE_API: `http://127.0.0.1:${uiPort}` },
  },
]
const build = (...parts: string[]) =>
  spawnSync(process.execPath, ['--import', 'tsx', 'scripts/build.ts', ...parts], { cwd: root, stdio: 'inherit' })

build('wasm')
if (!process.argv.includes('--no-demo')) {
  // Built, as users run it: the storefront has to be CommonJS for OpenTelemetry to see into it.
  build('sdk', 'shop')
  steps.push({
    name: 'demo',
    argv: ['examples/shop/dist/main.js'],
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${otlpHttpPort}` },
  })
}

const children: ChildProcess[] = steps.map(({ name, argv, env }) => {
  const child = spawn(process.execPath, argv, {
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
