// `npm test [-- --checks]`: everything on a fresh clone, its own set-up included. Ends with "N passed, N failed, N skipped".
// --checks adds types, lint and tidy, each counted as one.

import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { Refusal, root, run, seconds, setUp } from './set-up.mjs'

const browserNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
const browserApps = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

const total = { passed: 0, failed: 0, skipped: 0 }

function findBrowser() {
  const named = process.env.WAKELINE_CHROMIUM
  if (named && !existsSync(named))
    throw new Refusal(`Cannot use the browser WAKELINE_CHROMIUM=${named}: there is no such file.`)
  const folders = (process.env.PATH ?? '').split(delimiter)
  const paths = [...browserNames.flatMap((name) => folders.map((folder) => join(folder, name))), ...browserApps]
  return named || paths.find(isExecutable)
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Root on Debian gets one installed; anyone else is told how. The browser tests are never skipped in silence. */
async function browserPath() {
  const found = findBrowser()
  if (found) return found
  const debian = existsSync('/etc/debian_version') && process.getuid?.() === 0
  if (!debian)
    throw new Refusal(
      'Cannot run the browser tests: there is no Chromium; install it ("sudo apt-get install chromium" on Debian) or set WAKELINE_CHROMIUM to the path of a Chrome or Chromium.',
    )
  console.log('  installing Chromium with apt-get for the browser tests')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  await run(['apt-get'], ['-qq', 'update'], { name: 'apt-get update', env })
  const code = await run(
    ['apt-get'],
    ['-qq', '-y', '--no-install-recommends', 'install', 'chromium', 'fonts-liberation'],
    {
      name: 'apt-get install chromium',
      env,
    },
  )
  const installed = findBrowser()
  if (code !== 0 || !installed) throw new Refusal('Cannot install Chromium: apt-get failed; its own words stand above.')
  return installed
}

async function check(name, argv) {
  const startMs = Date.now()
  const code = await run([process.execPath], argv, { name })
  console.log(`  ${name}: ${code === 0 ? 'passed' : 'failed'} after ${seconds(startMs)}`)
  total[code === 0 ? 'passed' : 'failed']++
}

/** Runs one vitest project and adds what it counted; a file that could not be loaded counts as one failure. */
async function vitest(project, env) {
  const report = join(root, 'artifacts', `tests-${project}.json`)
  rmSync(report, { force: true })
  const startMs = Date.now()
  const argv = ['node_modules/vitest/vitest.mjs', 'run', '--project', project]
  const code = await run(
    [process.execPath],
    [...argv, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    {
      name: `the ${project} tests`,
      env,
    },
  )
  console.log(`  ${project} tests: ended after ${seconds(startMs)}`)
  if (!existsSync(report)) {
    total.failed++
    return
  }
  const counted = JSON.parse(readFileSync(report, 'utf8'))
  const broken = counted.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length
  total.passed += counted.numPassedTests
  total.failed += counted.numFailedTests + broken
  total.skipped += counted.numPendingTests + counted.numTodoTests
  // An error outside of any test (an unhandled rejection, say) is a failure too.
  if (code !== 0 && counted.numFailedTests + broken === 0) total.failed++
}

async function main() {
  await setUp()
  const env = { ...process.env, WAKELINE_CHROMIUM: await browserPath() }
  mkdirSync(join(root, 'artifacts/screenshots'), { recursive: true })
  if (process.argv.includes('--checks')) {
    await check('types', ['--import', 'tsx', 'scripts/types.ts'])
    await check('lint', ['node_modules/@biomejs/biome/bin/biome', 'check'])
    await check('tidy', ['--conditions=wakeline-source', '--import', 'tsx', 'scripts/tidy.ts'])
  }
  await vitest('unit', env)
  await vitest('e2e', env)
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Refusal ? error.message : error)
  total.failed++
}
process.exitCode = total.failed > 0 ? 1 : 0
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
