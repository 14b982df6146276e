/** What TypeScript calls: see `ingest/decode/fast/fast-rows.ts`. */
export { takeLogs } from './logs'
export { stateAt } from './records'
export { takeSpans } from './spans'
