/** What TypeScript calls: see `ingest/decode/fast`. */
export { takeLogs } from './logs'
export { stateAt } from './records'
export { passSeries, takeSamples } from './samples'
export { expand } from './snappy'
export { takeSpans } from './spans'
