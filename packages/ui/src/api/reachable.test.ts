import { expect, test } from 'vitest'
import { reachable } from './reachable.ts'

test.each([
  ['http://0.0.0.0:4318', 'http://wake.example:4318'],
  ['http://[::]:4318', 'http://wake.example:4318'],
  ['http://127.0.0.1:4318', 'http://127.0.0.1:4318'],
  ['http://10.0.0.0:4318', 'http://10.0.0.0:4318'],
])('%s is reached as %s', (url, reached) => {
  expect(reachable(url, 'wake.example')).toBe(reached)
})
