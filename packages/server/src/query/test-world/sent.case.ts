import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { otlpJsonToProtobuf, type Signal } from '../../ingest/decode/otlp-json.ts'
import { atOnce } from '../../ingest/in-turns.ts'
import { startIngest } from '../../ingest/ingest.ts'
import { testIngestOptions } from '../../ingest/test-ingest.case.ts'
import type { TestWorld } from './world.case.ts'

/** Puts a request of OTLP/JSON into the store by the way that all telemetry comes. */
export async function sendInto(world: TestWorld, signal: Signal, request: object): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'wakeline-sent-'))
  const transcoded = atOnce(otlpJsonToProtobuf(signal, Buffer.from(JSON.stringify(request))))
  if ('refused' in transcoded) throw new Error(transcoded.refused)
  const { store } = world
  const options = { store, directory, options: testIngestOptions, nowUnixMs: Date.now, report: () => undefined }
  const ingest = await startIngest(options)
  const submitted = await ingest.submit(signal, transcoded.protobuf)
  if (submitted.outcome !== 'stored' || submitted.rejected > 0) throw new Error(JSON.stringify(submitted))
  await ingest.stop()
  rmSync(directory, { recursive: true })
}
