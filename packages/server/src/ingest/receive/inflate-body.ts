import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import type { Expander } from '../expand/expander.ts'
import { isFramed } from '../expand/framed-snappy.ts'
import { snappyLength, unsnapped, unsnappedHere, whyNotInflated } from '../snappy.ts'
import type { Failure } from './answer.ts'

export type InflateLimits = {
  /** Of one body, inflated. */
  bodySizeMaxBytes: number
  expander: Expander
}

/** Throws a `RangeError` where more would come of it than is taken, and an `Error` where it makes no sense. */
type Inflate = (bytes: Uint8Array, limits: InflateLimits) => Promise<Uint8Array>

type Decompress = (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Uint8Array>

/** zstd, where the runtime has it: Node does since 22.15, on a thread of the pool. */
export function zstdOf(runtime: object): Inflate {
  const decompress: unknown = Reflect.get(runtime, 'zstdDecompress')
  if (typeof decompress !== 'function') return (bytes, limits) => expand('zstd', bytes, limits)
  return (bytes, { bodySizeMaxBytes }) =>
    new Promise((resolve, reject) => {
      decompress(bytes, { maxOutputLength: bodySizeMaxBytes }, (error: Error | null, expanded: Uint8Array) => {
        if (error === null) resolve(expanded)
        else reject(error)
      })
    })
}

const by = (decompress: Decompress): Inflate => {
  return (bytes, { bodySizeMaxBytes }) => decompress(bytes, { maxOutputLength: bodySizeMaxBytes })
}

const expand = (
  name: 'zstd' | 'lz4' | 'x-snappy-framed',
  bytes: Uint8Array,
  { expander, bodySizeMaxBytes }: InflateLimits,
): Promise<Uint8Array> => expander.expand(name, bytes, bodySizeMaxBytes)

const unzip = promisify(zlib.gunzip)
const inflateZlib = promisify(zlib.inflate)
const inflateRaw = promisify(zlib.inflateRaw)

/** HTTP means zlib's format by it, and some senders what is in it. The first two bytes of zlib's have a checksum. */
const inflateDeflate: Decompress = (bytes, options) => {
  const [first = 0, second = 0] = bytes
  const isZlib = (first & 15) === 8 && (first * 256 + second) % 31 === 0
  return isZlib ? inflateZlib(bytes, options) : inflateRaw(bytes, options)
}

/** Up to here a thread of the pool takes longer to be woken than the bytes take to be expanded. */
export const unsnappedHereMaxBytes = 512 * 1024

/** A block, or the frames that OpenTelemetry's collector sends over gRPC by the same name. */
const unsnap: Inflate = async (bytes, limits) => {
  if (isFramed(bytes)) return expand('x-snappy-framed', bytes, limits)
  const length = snappyLength(bytes)?.length ?? 0
  if (length > limits.bodySizeMaxBytes) throw new RangeError('it expands beyond the limit')
  return length <= unsnappedHereMaxBytes ? unsnappedHere(bytes) : unsnapped(bytes)
}

/** By what Content-Encoding and grpc-encoding call them. */
const inflaters: ReadonlyMap<string, Inflate> = new Map<string, Inflate>([
  ['gzip', by(unzip)],
  ['deflate', by(inflateDeflate)],
  ['zstd', zstdOf(zlib)],
  ['snappy', unsnap],
  ['lz4', (bytes, limits) => expand('lz4', bytes, limits)],
  ['x-snappy-framed', (bytes, limits) => expand('x-snappy-framed', bytes, limits)],
  ['x-gzip', by(unzip)],
  ['zlib', by(inflateZlib)],
])
/** What to send; the others are names of the same. */
export const generalCodings: readonly string[] = ['gzip', 'deflate', 'zstd', 'snappy', 'lz4']

export const isCoding = (name: string): boolean => inflaters.has(name)

/** Never to more than the limit: a bomb is stopped there, not after it has gone off. */
export async function inflateBody(
  bytes: Uint8Array,
  coding: string,
  limits: InflateLimits,
): Promise<{ bytes: Uint8Array } | Failure> {
  const inflater = inflaters.get(coding)
  if (inflater === undefined) {
    return {
      failure: 'type',
      message: `Cannot read the body: its Content-Encoding is "${coding}"; send ${generalCodings.join(', ')} or identity`,
    }
  }
  try {
    return { bytes: await inflater(bytes, limits) }
  } catch (error) {
    if (error instanceof RangeError) return tooLarge(limits)
    return { failure: 'refused', message: whyNotInflated(coding, error) }
  }
}

export function tooLarge(limits: Pick<InflateLimits, 'bodySizeMaxBytes'>): Failure {
  return {
    failure: 'size',
    message: `Cannot take the body: inflated it has more than ${limits.bodySizeMaxBytes} bytes, the limit; send smaller batches`,
  }
}
