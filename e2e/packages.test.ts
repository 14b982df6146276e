import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import packageJson from '../packages/server/package.json' with { type: 'json' }
import { cleanEnv, root, runNode } from './server.ts'

/** What users get: both tarballs, installed in an empty folder that knows nothing of this workspace. */

let folder: string
let app: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wakeline-packages-'))
  app = join(folder, 'app')
  await mkdir(app)
  await writeFile(join(app, 'package.json'), '{ "name": "app", "private": true }')
  const workspaces = ['--workspace', '@wakeline/server', '--workspace', 'wakeline']
  await npm(root, ['pack', '--silent', ...workspaces, '--pack-destination', folder])
  const tarballs = (await readdir(folder)).filter((name) => name.endsWith('.tgz')).map((name) => join(folder, name))
  expect(tarballs).toHaveLength(2)
  await npm(app, ['install', '--prefer-offline', '--no-audit', '--no-fund', ...tarballs])
}, 300_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

const installed = (): string => join(app, 'node_modules/@wakeline/server/bin/wakeline.js')
const free = ['--ui-port', '0', '--otlp-http-port', '0', '--otlp-grpc-port', '0']

test('the server tarball holds what runs and no source', async () => {
  const names = await readdir(join(app, 'node_modules/@wakeline/server'), { recursive: true })
  expect(names).toContain('dist/ui/index.html')
  expect(names).toContain('dist/migrations/0001-first.sql')
  expect(names.filter((name) => name.endsWith('.ts') || name.startsWith('src'))).toEqual([])
})

test('wakeline --version prints the version', async () => {
  const { code, output } = await runNode([installed(), '--version'], { cwd: app })
  expect({ code, output: output.trim() }).toEqual({ code: 0, output: packageJson.version })
})

test('wakeline doctor finds nothing wrong', async () => {
  const { code, output } = await runNode([installed(), 'doctor', ...free], { cwd: app })
  expect(output).toContain('round trip')
  expect(code).toBe(0)
})

test('wakeline serve answers', async () => {
  const child = spawn(process.execPath, [installed(), 'serve', ...free], { cwd: app, env: cleanEnv() })
  let output = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      output += chunk
      const found = /UI and API\s+(http:\S+)/.exec(output)
      if (found?.[1]) resolve(found[1])
    })
    child.once('exit', () => reject(new Error(`wakeline serve has ended: ${output}`)))
  })
  const status = await fetch(`${url}/api/v1/status`)
  expect(await status.json()).toMatchObject({ version: packageJson.version, store: { driver: 'embedded' } })
  expect((await fetch(url)).headers.get('content-type')).toContain('text/html')
  // As an upgrade leaves it while it runs: what it loads with the first agent is gone.
  const dist = join(app, 'node_modules/@wakeline/server/dist')
  const late = (await readdir(dist)).filter((name) => name.startsWith('mcp-'))
  for (const name of late) await rm(join(dist, name))
  const agent = await fetch(`${url}/mcp`, { method: 'POST', body: '{}' })
  expect([late.length > 0, agent.status, await agent.text()]).toEqual([
    true,
    500,
    expect.stringContaining('restart it'),
  ])
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  expect(await exited).toBe(0)
  expect(await readdir(app)).toContain('.wakeline')
})

test('the SDK has no dependency', async () => {
  const sdk = JSON.parse(await readFile(join(app, 'node_modules/wakeline/package.json'), 'utf8'))
  expect(sdk.dependencies ?? {}).toEqual({})
})

async function npm(cwd: string, argv: readonly string[]): Promise<void> {
  const path = process.env['npm_execpath']
  const [command, first] = path?.endsWith('.js') ? [process.execPath, [path]] : ['npm', []]
  const child = spawn(command, [...first, ...argv], { cwd, env: cleanEnv(), stdio: ['ignore', 'ignore', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`npm ${argv.join(' ')} ended with exit code ${code}: ${errors}`)
}
