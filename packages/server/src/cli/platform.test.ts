import { createRequire } from 'node:module'
import { expect, test } from 'vitest'

type Machine = { nodeVersion: string; platform: string; arch: string; glibcVersion: string; avx2: boolean }
const require = createRequire(import.meta.url)
const { readMachine, whyUnsupported }: { readMachine: () => Machine; whyUnsupported: (machine: Machine) => string } =
  require('../../bin/platform.js')

const good: Machine = { nodeVersion: '20.19.0', platform: 'linux', arch: 'x64', glibcVersion: '2.36', avx2: true }

test('this machine will do', () => {
  expect(whyUnsupported(readMachine())).toBe('')
})

test.each<[Partial<Machine>, string]>([
  [{}, ''],
  [{ platform: 'darwin', arch: 'arm64', glibcVersion: '' }, ''],
  [{ nodeVersion: '24.1.0' }, ''],
  [{ nodeVersion: '20.18.3' }, 'needs Node 20.19 or newer and this is Node 20.18.3'],
  [{ platform: 'win32' }, 'does not run on Windows'],
  [{ platform: 'freebsd' }, 'this is freebsd'],
  [{ arch: 'ia32' }, 'this is ia32'],
  [{ glibcVersion: '' }, 'musl'],
  [{ avx2: false }, 'AVX2'],
])('%j is answered with "%s"', (difference, part) => {
  const why = whyUnsupported({ ...good, ...difference })
  expect(why).toContain(part)
  expect(why === '' || /^Cannot start Wakeline: [^\n]+\.$/.test(why)).toBe(true)
})
