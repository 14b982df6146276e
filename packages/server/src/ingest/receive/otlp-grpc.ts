import type { Http2Session, Http2Stream } from 'node:http2'
import { createServer, type Server as Listener } from 'node:net'
import {
  type handleUnaryCall,
  Metadata,
  ResponderBuilder,
  Server,
  ServerCredentials,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  ServerListenerBuilder,
} from '@grpc/grpc-js'
import { readBatchAccount } from '@wakeline/protocol'
import { accessHeaders, checkToken } from '../../base/access.ts'
import type { Signal } from '../decode/otlp-json.ts'
import { encodeStatus, encodeStored, type Failure, failures, submittedFailure } from './answer.ts'
import { BodyRoom, type Reservation } from './otlp-grpc-room.ts'
import { listenOn, type OtlpReceiver, type OtlpReceiverOptions } from './otlp-receiver.ts'

/** Calls that wait for room, of all connections; more are told to try again later. */
const waitingMax = 1000
const streamsPerConnectionMax = 100
const keepAliveMs = 60_000
/**
 * What a sender may send of a message before it hears that it was read, and what a call that waits for room may hold besides.
 * By HTTP/2's own measure, 64 KB, a batch of 500 spans comes in three parts, each of which waits for a turn of the event loop.
 */
const windowBytes = 256 * 1024

const services: Readonly<Record<Signal, string>> = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
}
const signals = ['traces', 'logs', 'metrics'] as const satisfies readonly Signal[]

/**
 * OTLP over gRPC: Export of TraceService, LogsService and MetricsService, without TLS, as exporters send it by default.
 * https://opentelemetry.io/docs/specs/otlp/#otlpgrpc
 *
 * Messages stay bytes both ways: our own decoder reads them. OK means durable. UNAVAILABLE with RetryInfo: send it
 * again; what else is wrong comes with the code of the table that OTLP over HTTP has its status from.
 *
 * Host and Origin are not checked as they are for HTTP/1: no web page can make a browser speak HTTP/2 without TLS.
 *
 * Rejects with the socket's error when the port cannot be listened on.
 */
export async function startOtlpGrpc(options: OtlpReceiverOptions): Promise<OtlpReceiver> {
  const room = new BodyRoom({ ...options, waitingMax })
  const server = new Server({
    'grpc.max_receive_message_length': options.bodySizeMaxBytes,
    'grpc.max_concurrent_streams': streamsPerConnectionMax,
    'grpc.keepalive_time_ms': keepAliveMs,
    // Counts of each call and message that nobody here asks for.
    'grpc.enable_channelz': 0,
    interceptors: [admission(options, room)],
  })
  const same = (bytes: Buffer): Buffer => bytes
  for (const signal of signals) server.register(services[signal], exporter(signal, options), same, same, 'unary')
  // Our own listener hands the connections over: the server's own has no limit to them, and hides why it cannot listen.
  const connections = server.createConnectionInjector(ServerCredentials.createInsecure())
  const listener = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    connections.injectConnection(socket)
  })
  listener.maxConnections = options.connectionsMax
  return { url: await listenOn(listener, options), stop: () => stop(listener, server) }
}

function stop(listener: Listener, server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => listener.close(() => resolve()))
  return new Promise((resolve, reject) => {
    server.tryShutdown((error) => {
      if (error === undefined) closed.then(resolve, reject)
      else reject(error)
    })
  })
}

/** Before a byte of the message is read: whether this sender may send, and room for what it sends. */
function admission(options: OtlpReceiverOptions, room: BodyRoom): ServerInterceptor {
  return (_method, call) => {
    tellBrokenMessages(call)
    let reservation: Reservation | undefined
    let late: NodeJS.Timeout | undefined
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        const unknown = checkToken(
          accessHeaders((name) => text(metadata, name)),
          options,
        )
        if (unknown !== undefined) return refuse(call, { failure: 'unauthenticated', message: unknown })
        widenWindow(call)
        late = setTimeout(() => refuse(call, tooLate), options.requestTimeoutMs)
        reservation = room.reserve(() => next(metadata))
        if (reservation === undefined) refuse(call, tooManyAtOnce)
      })
      .withOnReceiveMessage((message: Buffer, next) => {
        clearTimeout(late)
        reservation?.received(message.length)
        next(message)
      })
      .withOnCancel(() => {
        // Comes once at the end of every call, however it ended.
        clearTimeout(late)
        reservation?.release()
      })
      .build()
    return new ServerInterceptingCall(call, new ResponderBuilder().withStart((next) => next(listener)).build())
  }
}

const widened = new WeakSet<Http2Session>()

/** At the first call of a connection: the library has an option for it in clients only, but the call knows its stream. */
function widenWindow(call: ServerInterceptingCallInterface): void {
  const stream: unknown = Reflect.get(call, 'stream')
  const session = isStream(stream) ? stream.session : undefined
  if (session === undefined || session.destroyed || widened.has(session)) return
  widened.add(session)
  session.settings({ initialWindowSize: windowBytes })
  session.setLocalWindowSize(windowBytes)
}

const isStream = (value: unknown): value is Http2Stream =>
  typeof value === 'object' && value !== null && 'session' in value

/** The library calls it its own fault when a message cannot be expanded; it is the sender's, who should not send it again. */
function tellBrokenMessages(call: ServerInterceptingCallInterface): void {
  const sendStatus = call.sendStatus.bind(call)
  call.sendStatus = (status) => {
    const isBroken = status.details === 'Failed to decompress message'
    sendStatus(
      isBroken
        ? statusOf({ failure: 'refused', message: 'Cannot expand the message: it is not what its grpc-encoding says' })
        : status,
    )
  }
}

const tooLate: Failure = { failure: 'timeout', message: 'Cannot receive the call: its message took too long' }
const tooManyAtOnce: Failure = {
  failure: 'later',
  message: `Cannot take the call now: ${waitingMax} calls wait for the memory kept for them`,
  retryAfterSeconds: 1,
}

function exporter(signal: Signal, { submit, onFault }: OtlpReceiverOptions): handleUnaryCall<Buffer, Buffer> {
  return async ({ request, metadata }, answer) => {
    try {
      const batchId = text(metadata, 'wakeline-batch-id')
      const submitted = await submit({
        signal,
        encoding: 'protobuf',
        body: request,
        ...(batchId === undefined ? {} : { batchId }),
        account: readBatchAccount((name) => text(metadata, name)),
      })
      if (submitted.kind !== 'stored') return answer(statusOf(submittedFailure(submitted)))
      answer(null, Buffer.from(encodeStored(signal, submitted, 'protobuf')))
    } catch (error) {
      onFault(error)
      answer(
        statusOf({
          failure: 'fault',
          message: 'Cannot store the telemetry: the server has a fault; its log says more',
        }),
      )
    }
  }
}

function text(metadata: Metadata, name: string): string | undefined {
  const [value] = metadata.get(name)
  return typeof value === 'string' ? value : undefined
}

function refuse(call: ServerInterceptingCallInterface, failure: Failure): void {
  call.sendStatus(statusOf(failure))
}

/** The status line, and the same as a google.rpc.Status, which alone can say when to try again. */
function statusOf(failure: Failure): { code: number; details: string; metadata: Metadata } {
  const metadata = new Metadata()
  metadata.set('grpc-status-details-bin', Buffer.from(encodeStatus(failure, 'protobuf')))
  return { code: failures[failure.failure].code, details: failure.message, metadata }
}
