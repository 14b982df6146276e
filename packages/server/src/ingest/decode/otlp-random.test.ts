import { expect, test } from 'vitest'
import { canonicalOfRequest, canonicalOfRows } from '../../../../../conformance/otlp/canonical.ts'
import { arrivalNano, decodeJsonRequest } from '../../../../../conformance/otlp/decode-request.ts'
import { randomRequests } from './random-request.case.ts'

test.each([1, 2, 3, 4, 5, 6])('random requests of seed %i come back as they were sent', (seed) => {
  for (const { signal, request } of randomRequests({ seed, count: 60 })) {
    const decoded = decodeJsonRequest(signal, Buffer.from(JSON.stringify(request)))
    if ('refused' in decoded) throw new Error(decoded.refused)
    expect(decoded.outcome).toMatchObject({ rejected: 0, reason: '' })
    expect(byMetric(canonicalOfRows(decoded.rows))).toEqual(byMetric(canonicalOfRequest(request, arrivalNano)))
  }
})

/** Points stand in one table for each shape, so they come back in another order. */
function byMetric(records: Record<string, unknown>[]): Record<string, unknown>[] {
  return records.sort((a, b) => String(a['metric']).localeCompare(String(b['metric'])))
}
