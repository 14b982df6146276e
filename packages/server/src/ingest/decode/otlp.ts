import type { Decode, Refused } from './decode.ts'

export const decodeOtlpTraces: Decode = () => ({ refused: 'Cannot decode traces: not built yet' })
export const decodeOtlpLogs: Decode = () => ({ refused: 'Cannot decode logs: not built yet' })
export const decodeOtlpMetrics: Decode = () => ({ refused: 'Cannot decode metrics: not built yet' })
export type { Refused }
