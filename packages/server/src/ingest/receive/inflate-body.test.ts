import * as zlib from 'node:zlib'
import { compressSync } from 'snappy'
import { expect, test } from 'vitest'
import { bodyText } from '../expand/body-text.case.ts'
import { Expander } from '../expand/expander.ts'
import { packedBodies } from '../expand/packed-bodies.case.ts'
import { generalCodings, inflateBody, zstdOf } from './inflate-body.ts'

const limits = { bodySizeMaxBytes: 10_000, expander: new Expander() }

const text = bodyText(6, 6000)
const packedBy = (coding: string): Uint8Array =>
  Buffer.from(
    packedBodies.find((body) => body.coding === coding && body.of[0]?.[1] === text.length)?.packed ?? '',
    'base64',
  )

test.each([
  ['gzip', zlib.gzipSync(text)],
  ['x-gzip', zlib.gzipSync(text)],
  ['deflate', zlib.deflateSync(text)],
  ['deflate', zlib.deflateRawSync(text)],
  ['zlib', zlib.deflateSync(text)],
  ['zstd', packedBy('zstd')],
  ['lz4', packedBy('lz4')],
  ['snappy', compressSync(text)],
  ['snappy', packedBy('x-snappy-framed')],
  ['x-snappy-framed', packedBy('x-snappy-framed')],
])('%s is taken, up to the limit, and refused where it is none', async (coding, packed) => {
  const inflated = await inflateBody(packed, coding, limits)
  expect('bytes' in inflated && Buffer.compare(inflated.bytes, text)).toBe(0)
  expect(await inflateBody(packed, coding, { ...limits, bodySizeMaxBytes: 5_999 })).toMatchObject({ failure: 'size' })
  expect(await inflateBody(Buffer.from('telemetry'), coding, limits)).toMatchObject({
    failure: 'refused',
    message: expect.stringMatching(`^Cannot inflate the body as ${coding}: `),
  })
})

test('what is not known is refused, with the names of what is', async () => {
  const refused = await inflateBody(Buffer.of(1), 'br', limits)
  expect(refused).toMatchObject({ failure: 'type', message: expect.stringContaining(generalCodings.join(', ')) })
})

test('zstd is left to the runtime where it has it', async () => {
  const inflate = zstdOf({ zstdDecompress: zlib.gunzip })
  expect(Buffer.from(await inflate(zlib.gzipSync('spans'), limits)).toString()).toBe('spans')
  await expect(inflate(zlib.gzipSync('many spans'), { ...limits, bodySizeMaxBytes: 5 })).rejects.toThrow(RangeError)
})
