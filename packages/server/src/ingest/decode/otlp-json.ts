import { isJsonObject, JsonTranscoding, type MessageName, shownJson } from '@wakeline/protocol'
import type { Steps } from '../in-turns.ts'
import type { Refused } from './decode.ts'
import { parseJsonInSteps } from './json-in-steps.ts'

/**
 * OTLP/JSON to the same request in protobuf, so that one decoder serves both. Driven by the table of messages in
 * `protocol`: names in lowerCamelCase or snake_case, the unknown ones left out, `null` the same as absent.
 *
 * What makes no sense inside a record (a span, a log record, a metric or one of its points) rejects that record;
 * anywhere else it refuses the request. The sentence says where: `resourceSpans[0].scopeSpans[0].spans[3].traceId`.
 *
 * Text: a lone surrogate, which has no UTF-8, becomes U+FFFD, and so do bytes of the body that are not UTF-8;
 * NUL stays what it is.
 */
export type Signal = 'traces' | 'logs' | 'metrics'

/** The same request as protobuf, without the records that made no sense; those are counted here. */
export type Transcoded = { protobuf: Uint8Array; rejected: number; reason: string }

const requests: Readonly<Record<Signal, { message: MessageName; list: string; listSnake: string }>> = {
  traces: { message: 'TracesRequest', list: 'resourceSpans', listSnake: 'resource_spans' },
  logs: { message: 'LogsRequest', list: 'resourceLogs', listSnake: 'resource_logs' },
  metrics: { message: 'MetricsRequest', list: 'resourceMetrics', listSnake: 'resource_metrics' },
}

/** In steps of a record, behind steps of many in which the body is parsed. */
export function* otlpJsonToProtobuf(signal: Signal, body: Uint8Array): Steps<Transcoded | Refused> {
  const { message, list, listSnake } = requests[signal]
  let json: unknown
  try {
    json = yield* parseJsonInSteps(new TextDecoder().decode(body), (piece) => JSON.parse(quoteLongIntegers(piece)))
  } catch (error) {
    return {
      refused: `Cannot decode ${signal}: the body is not JSON: ${error instanceof Error ? error.message : error}`,
    }
  }
  if (!isJsonObject(json)) return { refused: `Cannot decode ${signal}: expected an object, got ${shownJson(json)}` }
  if (!(list in json) && !(listSnake in json) && Object.keys(json).length > 0)
    return { refused: `Cannot decode ${signal}: the request has no ${list}` }
  const transcoding = new JsonTranscoding()
  yield* transcoding.messageInSteps(message, json)
  if (transcoding.fault !== '') return { refused: `Cannot decode ${signal}: ${transcoding.fault}` }
  return { protobuf: transcoding.writer.take(), rejected: transcoding.rejected, reason: transcoding.reason }
}

/** JSON numbers lose bits beyond 2^53 (of 16 digits), and times in nanoseconds are beyond it: they are read as texts instead. */
function quoteLongIntegers(text: string): string {
  if (!/[\s[:,]-?(?:9\d{15}|\d{17,})/.test(text)) return text
  return text.replace(
    /"[^"\\]*(?:\\.[^"\\]*)*"|(?<=[\s[:,])-?(?:9\d{15}|\d{17,})(?:\.\d+)?(?:[eE][+-]?\d+)?(?=[\s\],}])/g,
    (found) => (found.startsWith('"') ? found : `"${found}"`),
  )
}
