import { unsnappedHere, whyNotInflated } from '../snappy.ts'
import type { Refused } from './decode.ts'
import type { OpenBlocks } from './open-blocks.ts'

/**
 * A body in snappy, where the module of WebAssembly reads it: to be decoded before the next one is expanded. What the module does
 * not take is the library's, which also says what is wrong.
 */
export function expandSnappy(body: Uint8Array, { module }: OpenBlocks): Uint8Array | Refused {
  try {
    return module?.expand(body) ?? unsnappedHere(body)
  } catch (error) {
    return { refused: whyNotInflated('snappy', error) }
  }
}
