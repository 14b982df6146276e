import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OtlpCollector, startOtlpCollector } from '../packages/sdk/src/testing/otlp-collector.ts'
import { makeSdkFolder, type SdkFolder } from './sdk-program.ts'

let folder: SdkFolder
let collector: OtlpCollector

beforeAll(async () => {
  folder = await makeSdkFolder()
  collector = await startOtlpCollector()
})
afterAll(async () => {
  await collector.stop()
  await folder.remove()
})

/** Every `js` block of these pages is a program that runs as it stands. */
const pages = [
  '../docs/guide/sdk.md',
  '../docs/guide/traces.md',
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
