import { existsSync } from 'node:fs'
import { type Decoder, type DecoderOptions, decodeHere } from '../ingest/decode/decoder.ts'
import { startDecoderThread } from '../ingest/decode/decoder-thread.ts'

/** Built, the command has the thread's file beside it. Run from source there is none, and it is done on the thread that asks. */
const file = new URL('./decoder.js', import.meta.url)

export function startDecoder(options: DecoderOptions): Decoder {
  return existsSync(file) ? startDecoderThread(file, options) : decodeHere(options)
}
