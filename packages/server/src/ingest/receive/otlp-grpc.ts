import { createServer, type ServerHttp2Session } from 'node:http2'
import { readBatchAccount } from '@wakeline/protocol'
import { accessHeaders, checkToken } from '../../base/access.ts'
import { listenOn, urlOf } from '../../base/listen-on.ts'
import type { Signal } from '../decode/otlp-json.ts'
import { Expander } from '../expand/expander.ts'
import { encodeStored, submittedFailure } from './answer.ts'
import { BodyBuffers } from './body-buffers.ts'
import { GrpcCall, type ReceiveOptions } from './grpc-call.ts'
import { BodyRoom } from './otlp-grpc-room.ts'
import type { OtlpReceiver, OtlpReceiverOptions } from './otlp-receiver.ts'

/** Calls that wait for room, of all connections; more are told to try again later. */
const waitingMax = 1000
const streamsPerConnectionMax = 100
const askAliveMs = 60_000
/**
 * What a sender may send of a message before it hears that it was read, and what a call that waits for room may hold besides.
 * By HTTP/2's own measure, 64 KB, a batch of 500 spans comes in three parts, each of which waits for a turn of the event loop.
 */
const windowBytes = 256 * 1024
/** What may be held unread of a connection, in megabytes: more than the windows of all its calls. */
const sessionMemoryMb = 2 * streamsPerConnectionMax * (windowBytes / (1024 * 1024))

const signals: Readonly<Record<string, Signal>> = {
  '/opentelemetry.proto.collector.trace.v1.TraceService/Export': 'traces',
  '/opentelemetry.proto.collector.logs.v1.LogsService/Export': 'logs',
  '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export': 'metrics',
}

/**
 * OTLP over gRPC: Export of TraceService, LogsService and MetricsService, without TLS, as exporters send it by default.
 * https://opentelemetry.io/docs/specs/otlp/#otlpgrpc
 *
 * Messages stay bytes both ways: our own decoder reads them. OK means durable. UNAVAILABLE with RetryInfo: send it
 * again; what else is wrong comes with the code of the table that OTLP over HTTP has its status from.
 *
 * On HTTP/2 itself and not on a library of gRPC: docs/decisions/0064-decoding-thread.md.
 *
 * Host and Origin are not checked as they are for HTTP/1: no web page can make a browser speak HTTP/2 without TLS.
 *
 * Rejects with the socket's error when the port cannot be listened on.
 */
export async function startOtlpGrpc(options: OtlpReceiverOptions): Promise<OtlpReceiver> {
  const receiving: ReceiveOptions = {
    room: new BodyRoom({ ...options, waitingMax }),
    limits: { bodySizeMaxBytes: options.bodySizeMaxBytes, buffers: new BodyBuffers(), expander: new Expander() },
    timeoutMs: options.requestTimeoutMs,
  }
  const sessions = new Set<ServerHttp2Session>()
  const server = createServer({
    settings: { initialWindowSize: windowBytes, maxConcurrentStreams: streamsPerConnectionMax },
    maxSessionMemory: sessionMemoryMb,
  })
  server.maxConnections = options.connectionsMax
  // Of a sender that is gone without a word, the kernel hears nothing until it asks.
  server.on('connection', (socket) => socket.setKeepAlive(true, askAliveMs))
  server.on('session', (session) => {
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
    session.setLocalWindowSize(windowBytes)
  })
  server.on('stream', (stream, headers) => {
    handle(new GrpcCall(stream, headers), options, receiving).catch(options.onFault)
  })
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      for (const session of sessions) session.close()
    })
  return { url: urlOf({ ...options, port: await listenOn(server, options) }), stop }
}

async function handle(call: GrpcCall, options: OtlpReceiverOptions, receiving: ReceiveOptions): Promise<void> {
  if (!call.isGrpc()) return
  const { path } = call
  const signal = Object.hasOwn(signals, path) ? signals[path] : undefined
  if (signal === undefined) {
    const message = `The server does not implement the method ${JSON.stringify(path.slice(0, 200))}`
    return call.refuse({ failure: 'method', message })
  }
  // Before a byte of the message is read.
  const unknown = checkToken(
    accessHeaders((name) => call.header(name)),
    options,
  )
  if (unknown !== undefined) return call.refuse({ failure: 'unauthenticated', message: unknown })
  try {
    const body = await call.receive(receiving)
    if (body === undefined) return
    if ('failure' in body) return call.refuse(body)
    await submit(call, signal, body.bytes, options).finally(body.release)
  } catch (error) {
    options.onFault(error)
    call.refuse({ failure: 'fault', message: 'Cannot store the telemetry: the server has a fault; its log says more' })
  }
}

async function submit(call: GrpcCall, signal: Signal, body: Uint8Array, options: OtlpReceiverOptions): Promise<void> {
  const batchId = call.header('wakeline-batch-id')
  const submitted = await options.submit({
    signal,
    encoding: 'protobuf',
    body,
    ...(batchId === undefined ? {} : { batchId }),
    account: readBatchAccount((name) => call.header(name)),
  })
  if (submitted.kind === 'stored') call.answer(encodeStored(signal, submitted, 'protobuf'))
  else call.refuse(submittedFailure(submitted))
}
