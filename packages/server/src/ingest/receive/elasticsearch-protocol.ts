import { randomUUID } from 'node:crypto'
import { type BulkItem, elasticsearchBulkToOtlp } from '../decode/elasticsearch.ts'
import { inTurns } from '../in-turns.ts'
import { type Failure, failures, submittedFailure } from './answer.ts'
import { jsonReply, type Protocol, type Received, type Reply } from './protocol.ts'
import type { Submit } from './submit.ts'
import { submitTranscoded } from './submit-transcoded.ts'

/**
 * What shippers of logs say to Elasticsearch, under /elasticsearch:
 *
 *   POST|PUT  _bulk, {index}/_bulk            documents, each with its own result
 *             {index}/_doc, {index}/_doc/{id},   one document
 *             {index}/_create/{id}
 *   GET|HEAD  /, _license, _xpack,            what clients ask before they send
 *             _cluster/health
 *   PUT|POST  anything else (templates,       acknowledged, so that shippers go on, with a Warning header that says
 *             policies, an index)             that nothing is kept of it: every record is stored under its own names
 *   GET|HEAD  anything else                   404
 */
export const elasticsearchProtocol: Protocol = {
  methods: ['GET', 'HEAD', 'POST', 'PUT'],
  mediaTypes: [],
  async receive(received, submit) {
    const path = received.path.replace(/^\/elasticsearch\/*|\/+$/g, '')
    const isWritten = received.method === 'POST' || received.method === 'PUT'
    if (isWritten && /^(?:[^/]+\/)?_bulk$/.test(path)) {
      return takeBulk(received, submit, path === '_bulk' ? '' : decoded(path.slice(0, -'/_bulk'.length)))
    }
    const document = isWritten ? /^([^_/][^/]*)\/_(?:doc|create)(?:\/([^/]+))?$/.exec(path) : null
    if (document !== null) return takeDocument(received, submit, decoded(document[1] ?? ''), document[2])
    if (isWritten && isSetUp(path)) return product(jsonReply(200, { acknowledged: true }), notKept)
    const answer = isWritten ? undefined : answers.get(path)
    if (answer !== undefined) return product(jsonReply(200, answer))
    const message = `Cannot ${isWritten ? 'take' : 'find'} ${JSON.stringify(path.slice(0, 200))}: documents go to /elasticsearch/_bulk, and questions to the API of Wakeline`
    return { failure: 'path', message }
  },
  refuse: ({ failure, message }) => {
    const { status } = failures[failure]
    const error = { type: errorTypes[failure] ?? 'illegal_argument_exception', reason: message }
    return product(jsonReply(status, { error: { root_cause: [error], ...error }, status }))
  },
}

const version = {
  number: '8.13.0',
  build_flavor: 'default',
  build_type: 'wakeline',
  build_hash: 'wakeline',
  build_date: '2026-01-01T00:00:00.000Z',
  build_snapshot: false,
  lucene_version: '9.10.0',
  minimum_wire_compatibility_version: '7.17.0',
  minimum_index_compatibility_version: '7.0.0',
}
const license = { status: 'active', uid: 'wakeline', type: 'basic', mode: 'basic', issued_to: 'wakeline' }

/** The version and the tagline are what clients look for before they believe that they may speak to us. */
const answers: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  [
    '',
    { name: 'wakeline', cluster_name: 'wakeline', cluster_uuid: 'wakeline', version, tagline: 'You Know, for Search' },
  ],
  ['_license', { license }],
  ['_xpack', { license, features: {}, tagline: 'You know, for X' }],
  ['_cluster/health', { cluster_name: 'wakeline', status: 'green', timed_out: false, number_of_nodes: 1 }],
])

const notKept = {
  Warning: '299 Wakeline "not kept: records are stored under the names they come with, whatever the templates say"',
}

/** Templates, policies, pipelines, and the making of an index: one name without an underscore. */
function isSetUp(path: string): boolean {
  return /^(?:_index_template|_component_template|_template|_ilm\/policy|_ingest\/pipeline|_data_stream)\/[^/]+$|^[^_/][^/]*$/.test(
    path,
  )
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

const errorTypes: Readonly<Partial<Record<keyof typeof failures, string>>> = {
  unauthenticated: 'security_exception',
  forbidden: 'security_exception',
  path: 'resource_not_found_exception',
  size: 'content_too_long_exception',
  later: 'es_rejected_execution_exception',
  fault: 'exception',
}

/** Clients refuse to go on with an answer that does not bear this header. */
function product(reply: Reply, headers: Readonly<Record<string, string>> = {}): Reply {
  return { ...reply, headers: { 'X-Elastic-Product': 'Elasticsearch', ...headers } }
}

async function takeBulk(received: Received, submit: Submit, index: string): Promise<Reply | Failure> {
  const startedMs = performance.now()
  const items = await takeActions(received, submit, index)
  if ('failure' in items) return items
  return product(
    jsonReply(200, {
      took: Math.round(performance.now() - startedMs),
      errors: items.some(({ fault }) => fault !== ''),
      items: items.map((item) => ({ [item.action]: resultOf(item) })),
    }),
  )
}

/** The same as a bulk request of one action. Ends of lines stand between the words of JSON alone, never in them. */
async function takeDocument(
  received: Received,
  submit: Submit,
  index: string,
  id: string | undefined,
): Promise<Reply | Failure> {
  const action = { create: { _index: index, ...(id === undefined ? {} : { _id: decoded(id) }) } }
  const line = received.body.map((byte) => (byte === 0x0a || byte === 0x0d ? 0x20 : byte))
  const body = Buffer.concat([Buffer.from(`${JSON.stringify(action)}\n`), line])
  const items = await takeActions({ ...received, body }, submit, index)
  if ('failure' in items) return items
  const [item] = items
  if (item === undefined) throw new Error('A document became no action')
  return item.fault === ''
    ? product(jsonReply(201, resultOf(item)))
    : { failure: 'refused', message: item.fault.replace('the document of line 2', 'the document') }
}

async function takeActions(received: Received, submit: Submit, index: string): Promise<BulkItem[] | Failure> {
  const bulk = await inTurns(elasticsearchBulkToOtlp(received.body, index))
  if ('refused' in bulk) return { failure: 'refused', message: bulk.refused }
  if (bulk.items.length === 0)
    return { failure: 'refused', message: 'Cannot take the bulk request: it has no action in it' }
  const submitted = await submitTranscoded('logs', bulk, received, submit)
  if (submitted.kind !== 'stored') return submittedFailure(submitted)
  // Which one it was nobody could say, so the transcoding must let nothing through that the decoder rejects.
  if (submitted.rejected !== bulk.rejected) throw new Error(`A bulk document was rejected late: ${submitted.reason}`)
  return bulk.items
}

function resultOf({ index, id, fault }: BulkItem): unknown {
  const where = { _index: index, _id: id ?? randomUUID() }
  if (fault !== '') return { ...where, status: 400, error: { type: 'document_parsing_exception', reason: fault } }
  const shards = { total: 1, successful: 1, failed: 0 }
  return { ...where, _version: 1, result: 'created', _shards: shards, _seq_no: 0, _primary_term: 1, status: 201 }
}
