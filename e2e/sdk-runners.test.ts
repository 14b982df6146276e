import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { installPeers } from './install-peers.ts'
import { makeSdkFolder, type SdkFolder } from './sdk-program.ts'

let folder: SdkFolder

beforeAll(async () => {
  folder = await makeSdkFolder()
})
afterAll(() => folder.remove())

/** The same tests in every runner: the last two fail on purpose. */
const tests = `
const checkout = (queries) => trace('checkout', async () => {
  log.info('paid', { amount: 12, password: 'hunter2' })
  for (let i = 0; i < queries; i++) await trace('SELECT', { 'db.query.text': 'select 1' }, async () => {})
})
let captured
beforeEach(() => { captured = capture() })
afterEach(() => captured.stop())
test('passes', async () => {
  await checkout(2)
  if (captured.drawSpans() !== 'checkout\\n  SELECT\\n  SELECT') throw new Error(captured.drawSpans())
  if (captured.log({ message: 'paid' }).attributes.password !== '[redacted]') throw new Error('a secret')
  captured.expectNoRepeats(2)
  captured.expectWithin('checkout', 60000)
})
test('keeps apart from the one before', () => {
  if (captured.spans.length + captured.logs.length !== 0) throw new Error('something is left')
})
test('finds the N+1 query', async () => {
  await checkout(9)
  captured.expectNoRepeats(5)
})
test('finds what takes too long', async () => {
  await checkout(1)
  captured.expectWithin('checkout', -1)
})
`
const commonJs = `const { log, trace } = require('wakeline')\nconst { capture } = require('wakeline/testing')\n${tests}`
const modules = `import { log, trace } from 'wakeline'\nimport { capture } from 'wakeline/testing'\n${tests}`

interface Runner {
  readonly file: string
  readonly text: string
  args(): string[]
}

const bin = (path: string) => new URL(`../node_modules/${path}`, import.meta.url).pathname
const runners: Record<string, Runner> = {
  'node:test': {
    file: 'runner.test.mjs',
    text: `import { afterEach, beforeEach, test } from 'node:test'\n${modules}`,
    args: () => ['--test', 'runner.test.mjs'],
  },
  vitest: {
    file: 'runner.vitest.test.mjs',
    text: modules,
    args: () => [bin('vitest/vitest.mjs'), 'run', '--root', folder.path, '--globals', 'runner.vitest.test.mjs'],
  },
  jest: {
    file: 'runner.jest.test.cjs',
    text: commonJs,
    args: () => [
      join(installPeers('jest'), 'node_modules/jest/bin/jest.js'),
      ...['--rootDir', folder.path, '--testMatch', '**/runner.jest.test.cjs', '--ci'],
    ],
  },
}

test.each(Object.entries(runners))(
  'in %s, assertions hold and fail with a sentence',
  async (_, { file, text, args }) => {
    await writeFile(join(folder.path, file), text)
    await writeFile(join(folder.path, 'package.json'), '{}')
    const env = { PATH: process.env['PATH'] ?? '', NO_COLOR: '1', CI: '1' }
    const ran = spawnSync(process.execPath, args(), { cwd: folder.path, encoding: 'utf8', env })
    const said = ran.stdout + ran.stderr
    expect(ran.status, said).toBe(1)
    expect(said).toMatch(/2 passed|pass 2/)
    expect(said).toMatch(/2 failed|fail 2/)
    expect(said).toContain('Span "SELECT" came more than 5 times under "checkout"')
    expect(said).toMatch(/Span "checkout" took [\d.]+ ms, more than -1 ms/)
  },
  120_000,
)
