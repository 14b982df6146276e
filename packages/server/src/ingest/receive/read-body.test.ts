import * as zlib from 'node:zlib'
import { expect, test } from 'vitest'
import { inflateBody, zstdOf } from './read-body.ts'

const limits = { bodySizeMaxBytes: 1000 }

test('zstd is taken where the runtime has it, up to the limit, and named among what can be sent', async () => {
  const runtime = { zstdDecompress: zlib.gunzip }
  const [[name, inflate] = []] = zstdOf(runtime)
  expect(name).toBe('zstd')
  expect(Buffer.from((await inflate?.(zlib.gzipSync('spans'), 10)) ?? []).toString()).toBe('spans')
  await expect(inflate?.(zlib.gzipSync('many spans'), 5)).rejects.toThrow(RangeError)
  expect(zstdOf({})).toEqual([])
  const hasZstd = 'zstdDecompress' in zlib
  const refused = await inflateBody(Buffer.of(1), 'br', limits)
  expect(refused).toMatchObject({ failure: 'type', message: expect.stringContaining('send gzip, deflate') })
  expect('message' in refused && refused.message.includes('zstd')).toBe(hasZstd)
})
