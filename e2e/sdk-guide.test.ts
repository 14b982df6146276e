import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sdkForTests } from './sdk-for-tests.ts'

const { folder, collector } = await sdkForTests()

/** Every `js` block of these pages is a program that runs as it stands. */
const pages = [
  '../docs/guide/sdk.md',
  '../docs/guide/traces.md',
  '../docs/guide/metrics.md',
  '../docs/guide/exporting.md',
  '../packages/sdk/README.md',
]
const examples = pages.flatMap((page) => {
  const text = readFileSync(new URL(page, import.meta.url), 'utf8')
  return [...text.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(
    (found, i) => [`${page} ${i + 1}`, found[1] ?? ''] as const,
  )
})

test.each(examples)('the example %s runs', async (_, program) => {
  const ended = await folder.run({ 'example.mjs': program }, ['--import', 'wakeline/register', 'example.mjs'], {
    WAKELINE_ENDPOINT: collector.url,
  })
  expect(ended.code).toBe(0)
  expect(ended.stderr.replace(/^wakeline: start\(\) was called twice.*\n/m, '')).toBe('')
})

/** Every `ts` block of this page compiles in a strict program, and what comes out of the compiler runs. */
const textbook = readFileSync(new URL('../docs/guide/from-the-textbook.md', import.meta.url), 'utf8')
const typed = [...textbook.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((found) => found[1] ?? '')

test('the TypeScript of the page on the classic Python set-up compiles, and runs', async () => {
  const names = typed.map((_, i) => `textbook-${i}`)
  for (const [i, program] of typed.entries()) await writeFile(join(folder.path, `${names[i]}.mts`), program)
  const tsc = new URL('../node_modules/.bin/tsc', import.meta.url).pathname
  const types = new URL('../node_modules/@types', import.meta.url).pathname
  const flags = '--strict --module nodenext --target es2022 --types node --outDir .'.split(' ')
  const files = names.map((name) => `${name}.mts`)
  const compiled = spawnSync(tsc, [...flags, '--typeRoots', types, ...files], { cwd: folder.path, encoding: 'utf8' })
  expect(compiled.stdout).toBe('')
  for (const name of names) {
    const ended = await folder.run({}, [`${name}.mjs`], { WAKELINE_ENDPOINT: collector.url })
    expect([name, ended.code, ended.signal, ended.stderr]).toEqual([name, 0, null, ''])
  }
}, 60_000)
