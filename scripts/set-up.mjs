// What `npm start` and `npm test` do first on any machine: check it, install what the lockfile says, build.
// Runs before anything is installed, so it needs nothing but Node.

import { spawn } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..')

const { readMachine, whyUnsupported } = createRequire(import.meta.url)('../packages/server/bin/platform.js')

/** A sentence for the user; nothing else about it is worth printing. */
export class Refusal extends Error {}

export async function setUp() {
  const why = whyUnsupported(readMachine())
  if (why) throw new Refusal(why)
  const stale = whyStale()
  if (stale) await install(stale)
  await build()
}

/** Why node_modules is not what the lockfile says, or ''. */
function whyStale() {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  const hiddenPath = join(root, 'node_modules/.package-lock.json')
  if (!existsSync(hiddenPath)) return 'nothing is installed yet'
  const installed = JSON.parse(readFileSync(hiddenPath, 'utf8')).packages
  for (const [path, wanted] of Object.entries(lock)) {
    if (!path.includes('node_modules/')) continue
    const found = installed[path]
    if (found ? found.version !== wanted.version : isNeededHere(wanted)) return `${path} is not as the lockfile says`
  }
  return ''
}

/** npm leaves out, without a word, optional packages that are for other machines or failed to arrive. */
function isNeededHere({ optional, peer, os, cpu, libc }) {
  const fits = (list, own) => list === undefined || (list.includes(own) && !list.includes(`!${own}`))
  if (!fits(os, process.platform) || !fits(cpu, process.arch) || !fits(libc, 'glibc')) return false
  return optional || peer ? os !== undefined && cpu !== undefined : true
}

async function install(why) {
  try {
    accessSync(root, constants.W_OK)
  } catch {
    throw new Refusal(`Cannot install into ${root}: the folder is not writable; own it (chown) or clone it elsewhere.`)
  }
  console.log(`  installing what the lockfile says (${why}); 1.2 GB on disk, most of it the database engine`)
  const startMs = Date.now()
  const waiting = setInterval(() => console.log(`  still installing, ${seconds(startMs)}`), 15_000)
  const code = await run(npmCommand(), ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    name: 'npm ci',
  }).finally(() => clearInterval(waiting))
  if (code !== 0)
    throw new Refusal(`Cannot install the dependencies: npm ci failed (exit code ${code}); its own words stand above.`)
  console.log(`  installed in ${seconds(startMs)}`)
}

async function build() {
  const startMs = Date.now()
  const code = await run([process.execPath], ['--import', 'tsx', 'scripts/build.ts'], {
    name: 'the build',
    // Not a terminal: Vite would draw its progress there.
    stdout: 'pipe',
  })
  if (code !== 0) throw new Refusal('Cannot build Wakeline: what is wrong stands above.')
  if (Date.now() - startMs > 2000) console.log(`  built in ${seconds(startMs)}`)
}

/** The npm that runs us, else the one on the path. */
function npmCommand() {
  const path = process.env.npm_execpath
  return path?.endsWith('.js') ? [process.execPath, path] : ['npm']
}

/** Runs a command in the repository with its output shown, and gives its exit code. */
export function run([command, ...first], argv, { name, env = process.env, stdout = 'inherit' }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...first, ...argv], { cwd: root, stdio: ['ignore', stdout, 'inherit'], env })
    child.stdout?.pipe(process.stdout, { end: false })
    const stop = () => child.kill('SIGTERM')
    process.once('SIGTERM', stop)
    child.on('error', (error) => reject(new Refusal(`Cannot run ${name}: ${error.message}.`)))
    child.on('close', (code, signal) => {
      process.off('SIGTERM', stop)
      resolve(code ?? (signal ? 1 : 0))
    })
  })
}

export function seconds(sinceMs) {
  return `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`
}
