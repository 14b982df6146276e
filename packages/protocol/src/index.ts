export {
  accountingHeaders,
  type BatchAccount,
  type DropReason,
  dropReasons,
  readBatchAccount,
} from './accounting.ts'
export type * from './api.ts'
export { type Ask, Failure, openAsk, type PrometheusAnswer, type Question } from './ask/client.ts'
export { type Choices, type Chosen, type Filled, fillPromql, fillSearch, variablesIn } from './ask/fill-question.ts'
export { operatorsMeant } from './ask/operators.ts'
export { splitPipes } from './ask/pipes.ts'
export { printRawSearch } from './ask/query-string.ts'
export * from './ask/questions.ts'
export { madeFile } from './made-file.ts'
export * as otlp from './otlp/fields.ts'
export { isJsonObject, JsonTranscoding, shownJson } from './otlp/json-transcoding.ts'
export { type EntrySchema, type MessageName, messages as otlpMessages } from './otlp/schema.ts'
export { plainAttribute, printAttribute } from './text/attribute-text.ts'
export { byteUnits } from './text/byte-units.ts'
export { printDuration, threeDigits } from './text/duration.ts'
export { parseSpanText } from './text/span-text.ts'
export { type WireFault, WireReader } from './wire/wire-reader.ts'
export { wireType } from './wire/wire-type.ts'
export { WireWriter, zigzag } from './wire/wire-writer.ts'
