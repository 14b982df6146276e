import type { Refused } from './decode.ts'

export type Signal = 'traces' | 'logs' | 'metrics'

/** The same request as protobuf, without the records that made no sense; those are counted here. */
export type Transcoded = { protobuf: Uint8Array; rejected: number; reason: string }

export function otlpJsonToProtobuf(signal: Signal, _body: Uint8Array): Transcoded | Refused {
  return { refused: `Cannot decode ${signal}: OTLP/JSON is not built yet` }
}
