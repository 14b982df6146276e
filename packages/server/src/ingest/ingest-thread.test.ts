import { startBuiltDecoderThread } from './decode/decoder-thread.case.ts'
import { decoding } from './ingest.case.ts'

decoding.start = startBuiltDecoderThread
