import type { Steps } from '../in-turns.ts'
import { isObject, parseJsonExact } from './json-exact.ts'
import { linesOf, type TranscodedRecords } from './json-lines.ts'
import { writeJsonLog } from './json-log.ts'
import { OtlpRequestWriter } from './otlp-request-writer.ts'

/**
 * A body of Elasticsearch's bulk API, whose documents become log records:
 *
 *   {"create":{"_index":"logs-app-default","_id":"7"}}     the action; the index may stand in the path instead
 *   {"@timestamp":"2026-01-31T12:00:00Z","message":"..."}  the document, of index, create and update
 *
 * Index and id become the attributes `elasticsearch.index` and `elasticsearch.id`. Each document is judged by itself;
 * where the actions themselves make no sense, nobody can say what is a document, and the request is refused.
 */
export type BulkItem = {
  action: Action
  index: string
  /** Undefined where the sender left it to us. */
  id: string | undefined
  /** '' when the document was taken. */
  fault: string
}

export type Bulk = TranscodedRecords & { items: BulkItem[] }

const actions = ['index', 'create', 'update', 'delete'] as const
type Action = (typeof actions)[number]

export function* elasticsearchBulkToOtlp(body: Uint8Array, pathIndex: string): Steps<Bulk | { refused: string }> {
  const writer = new OtlpRequestWriter('elasticsearch')
  const items: BulkItem[] = []
  let isTimed = true
  const lines = linesOf(new TextDecoder().decode(body))
  for (let next = lines.next(); next.done !== true; next = lines.next()) {
    const { line, number } = next.value
    yield
    const item = readAction(line, pathIndex)
    if (typeof item === 'string') return { refused: `Cannot take the bulk request: line ${number}: ${item}` }
    items.push(item)
    if (item.action === 'delete') continue
    const document = lines.next()
    if (document.done === true)
      return { refused: `Cannot take the bulk request: line ${number}: its document is missing` }
    if (item.fault !== '') continue
    const written = writeDocument(writer, item, document.value.line)
    if (typeof written === 'string')
      item.fault = `Cannot store the document of line ${document.value.number}: ${written}`
    else isTimed &&= written.isTimed
  }
  const faults = items.filter(({ fault }) => fault !== '')
  const outcome = { records: writer.records, rejected: faults.length, reason: faults[0]?.fault ?? '', isTimed }
  return { ...outcome, protobuf: writer.take(), items }
}

/** A sentence where the line is no action. */
function readAction(line: string, pathIndex: string): BulkItem | string {
  const parsed = parseJsonExact(line)
  if ('fault' in parsed) return `expected an action, but ${parsed.fault}`
  const found = isObject(parsed.json) ? Object.entries(parsed.json) : []
  const [name, given] = found[0] ?? []
  const action = actions.find((known) => known === name)
  if (found.length !== 1 || action === undefined || !isObject(given))
    return `expected an action, one of ${actions.join(', ')}, as {"create":{...}}`
  const { _index: index = pathIndex, _id: id } = given
  if (typeof index !== 'string' || index === '') return 'the action names no index, and neither does the path'
  if (id !== undefined && typeof id !== 'string' && typeof id !== 'number') return 'the _id of an action is a text'
  const isStored = action === 'index' || action === 'create'
  return {
    action,
    index,
    id: id === undefined ? undefined : String(id),
    fault: isStored ? '' : `Cannot ${action} a document: records are not changed once they are stored`,
  }
}

function writeDocument(
  writer: OtlpRequestWriter,
  { index, id }: BulkItem,
  line: string,
): { isTimed: boolean } | string {
  const parsed = parseJsonExact(line)
  if ('fault' in parsed) return parsed.fault
  if (!isObject(parsed.json)) return 'expected a JSON object'
  const attributes = { 'elasticsearch.index': index, ...(id === undefined ? {} : { 'elasticsearch.id': id }) }
  const { unixNano } = writeJsonLog(writer, parsed.json, { service: '', attributes })
  return { isTimed: unixNano !== undefined }
}
