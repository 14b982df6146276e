import { afterAll } from 'vitest'
import { collectorForTests } from '../packages/sdk/src/testing/collector-for-tests.ts'
import type { OtlpCollector } from '../packages/sdk/src/testing/otlp-collector.ts'
import { makeSdkFolder, type SdkFolder } from './sdk-program.ts'

/** A folder for programs and a collector for what they send, for all tests of a file. */
export async function sdkForTests(): Promise<{ folder: SdkFolder; collector: OtlpCollector }> {
  const folder = await makeSdkFolder()
  afterAll(() => folder.remove())
  return { folder, collector: await collectorForTests() }
}
