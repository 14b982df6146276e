import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const require = createRequire(import.meta.url)
const { allocatorSettings }: { allocatorSettings: (cores: number) => string } = require('../../bin/allocator.js')

test.each([
  [1, 'narenas:1,'],
  [2, 'narenas:1,'],
  [7, 'narenas:1,'],
  [8, 'narenas:2,'],
  [64, 'narenas:16,'],
])('on %i cores: %s', (cores, part) => {
  expect(allocatorSettings(cores)).toContain(part)
})

test.runIf(process.platform === 'linux')("the engine's allocator takes every word of it", async () => {
  const directory = await mkdtemp(join(tmpdir(), 'wakeline-allocator-'))
  const script = `const session = new (require('chdb').Session)(${JSON.stringify(directory)})
    session.queryAsync('SELECT * FROM system.jemalloc_stats', { format: 'TSVRaw' })
      .then((result) => process.stdout.write(result.text(), () => process.exit(0)))`
  const env = { ...process.env, JE_MALLOC_CONF: allocatorSettings(12) }
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], {
    encoding: 'utf8',
    cwd: import.meta.dirname,
    env,
    maxBuffer: 64 * 1024 * 1024,
  })
  await rm(directory, { recursive: true })
  const taken = new Set(stdout.split('\n').map((line) => line.trim().replaceAll('"', '')))
  for (const word of allocatorSettings(12).split(',')) expect(taken).toContain(`opt.${word.replace(':', ': ')}`)
  expect(stderr).not.toContain('jemalloc')
})
