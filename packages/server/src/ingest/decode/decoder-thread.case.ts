import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'
import type { Decoder, DecoderOptions } from './decoder.ts'
import { startDecoderThread } from './decoder-thread.ts'

/** The thread as it is built from the sources of now, in a folder of its own. */
const directory = await mkdtemp(join(tmpdir(), 'wakeline-decoder-'))
const bundle = await rolldown({
  input: { decoder: join(import.meta.dirname, 'decoder-worker.ts') },
  platform: 'node',
  resolve: { conditionNames: ['wakeline-source', 'node', 'import', 'default'] },
})
await bundle.write({ dir: directory, format: 'esm', entryFileNames: '[name].mjs' })
await bundle.close()
const file = pathToFileURL(join(directory, 'decoder.mjs'))

export const startBuiltDecoderThread = (options: DecoderOptions): Decoder => startDecoderThread(file, options)
