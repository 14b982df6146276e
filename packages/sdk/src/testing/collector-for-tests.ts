import { afterAll, afterEach } from 'vitest'
import { type OtlpCollector, startOtlpCollector } from './otlp-collector.ts'

/**
 * A collector for all tests of a file, at its top: `const collector = await collectorForTests()`. It forgets after each
 * test what it was sent, once the file's own `afterEach` has flushed, and stops after the file's own `afterAll`.
 */
export async function collectorForTests(): Promise<OtlpCollector> {
  const collector = await startOtlpCollector()
  afterEach(() => {
    for (const seen of [collector.spans, collector.logs, collector.points, collector.requests]) seen.length = 0
  })
  afterAll(() => collector.stop())
  return collector
}
