import type { ArrivalOptions } from '../ingest/arrival/arrival.ts'
import type { Options } from '../options.ts'
import { listed } from './listed.ts'

/** What is done on arrival, from the options as people write them. */
export function arrivalOptions({
  redact,
  redactKeys,
  stableNames,
  parseBodies,
  inferSeverity,
}: Options): ArrivalOptions {
  return {
    redact: redact === 'on',
    redactKeys: listed(redactKeys.toLowerCase()),
    stableNames: stableNames === 'on',
    parseBodies: parseBodies === 'on',
    inferSeverity: inferSeverity === 'on',
  }
}
