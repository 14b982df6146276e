import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StatusAnswer } from '@wakeline/protocol'
import { randomOf } from '../packages/protocol/src/random.case.ts'
import { openEmbeddedStore } from '../packages/server/src/store/embedded.ts'
import { preparePowerLoss } from './crash/power-loss.ts'
import { type SdkSent, startSdkSender } from './crash-sdk.ts'
import { type CrashSender, startCrashSender, startGrpcCrashSender } from './crash-sender.ts'
import { freePort, type RunningServer, startServer } from './server.ts'

/**
 * The server is killed with SIGKILL at random moments under load, and started again on the same directory and ports:
 *
 *   OTLP senders   send a batch, again and again with the same bytes, until it is answered 200
 *   SDK process    logs and traces without knowing; its own export retries
 *
 * At every second kill the power goes as well (`crash/power-loss.ts`): what was not synced is lost.
 *
 * Afterwards every acknowledged record must be in its table once, and the rollups must count each once.
 */
export type Counts = Record<string, number>

const killAfterMs = { least: 100, most: 2500 }
const senders = 6
/** Of them, over gRPC. */
const grpcSenders = 2

export async function runCrash({ kills, seed }: { kills: number; seed: number }): Promise<Counts> {
  const folder = await mkdtemp(join(tmpdir(), 'wakeline-crash-'))
  const directory = join(folder, 'data')
  const [otlpPort, grpcPort] = [await freePort(), await freePort()]
  const flags = ['--otlp-http-port', String(otlpPort), '--otlp-grpc-port', String(grpcPort)]
  const url = `http://127.0.0.1:${otlpPort}`
  const { number: random } = randomOf(seed)
  const powerLoss = preparePowerLoss(folder)
  const start = (): Promise<RunningServer> => startServer({ directory, flags, env: powerLoss?.env ?? {} })
  let server = await start()
  const sending = Array.from({ length: senders }, (_, index) =>
    index < grpcSenders ? startGrpcCrashSender(`127.0.0.1:${grpcPort}`, index) : startCrashSender(url, index),
  )
  const sdk = startSdkSender(url)
  const seen = { duplicated: 0, torn: 0, sealed: 0, powerLosses: 0, filesCut: 0, bytesLost: 0 }
  for (let kill = 1; kill <= kills; kill += 1) {
    await sleep(killAfterMs.least + random() * (killAfterMs.most - killAfterMs.least))
    seen.duplicated += await askDuplicated(server)
    await server.stop('SIGKILL')
    await keepTraces(folder, { kill, server })
    if (await hasSealedSegment(directory)) seen.sealed += 1
    if (powerLoss !== undefined && kill % 2 === 0) {
      const { files, bytes } = await powerLoss.strike(directory, random)
      seen.powerLosses += 1
      seen.filesCut += files
      seen.bytesLost += bytes
    }
    console.log(`  kill ${kill} of ${kills}`)
    server = await start()
    if (server.output().includes('were cut off')) seen.torn += 1
  }
  await sleep(1000)
  for (const sender of sending) await sender.stop()
  const sdkSent = await sdk.stop()
  seen.duplicated += await askDuplicated(server)
  const exitCode = await server.stop()
  const counts = await compare(directory, sending, sdkSent)
  const wrong = (counts['wrong'] ?? 0) + (exitCode === 0 ? 0 : 1)
  if (wrong === 0) await rm(folder, { recursive: true, force: true })
  else console.error(`What is wrong is kept in ${folder}`)
  return {
    kills,
    ...counts,
    duplicated_requests_answered: seen.duplicated,
    kills_with_sealed_segments: seen.sealed,
    starts_with_torn_tail: seen.torn,
    power_losses: seen.powerLosses,
    unsynced_files_cut: seen.filesCut,
    unsynced_bytes_lost: seen.bytesLost,
    wrong,
  }
}

/** What a lost record is traced with, should there be one: the journals as the kill left them and what the server has said. */
async function keepTraces(folder: string, { kill, server }: { kill: number; server: RunningServer }): Promise<void> {
  const kept = join(folder, 'kills', String(kill))
  await mkdir(kept, { recursive: true })
  await writeFile(join(kept, 'output.txt'), server.output())
  const segments = join(folder, 'data', 'segments')
  const journals = (await readdir(segments)).filter((name) => name.endsWith('.journal'))
  await Promise.all(journals.map((name) => copyFile(join(segments, name), join(kept, name))))
}

/** More than the open one: the loader was at it, or it waited for the loader. */
async function hasSealedSegment(directory: string): Promise<boolean> {
  const names = await readdir(join(directory, 'segments'))
  return names.filter((name) => name.endsWith('.journal')).length > 1
}

/** Counted by the process, so asked before it dies; what happens in between is not in the sum. */
async function askDuplicated(server: RunningServer): Promise<number> {
  return (await server.ask<StatusAnswer>('/status')).ingest.duplicatedRequests
}

const MiB = 1024 * 1024

/** Looks into the tables themselves, with the server gone. */
async function compare(directory: string, sending: readonly CrashSender[], sdk: SdkSent): Promise<Counts> {
  const store = await openEmbeddedStore({
    directory,
    memoryMaxBytes: 1024 * MiB,
    mergesMax: 1,
    readers: 1,
    waitingMax: 1,
    limits: { timeoutMs: 60_000, memoryMaxBytes: 512 * MiB, rowsMax: 1_000_000 },
  })
  const number = async (sql: string): Promise<number> => {
    const { rows } = await store.rows<{ n: string }>({ sql: `SELECT ${sql} AS n`, params: {} })
    return Number(rows[0]?.n)
  }
  const sent = (signal: 'spans' | 'logs'): number =>
    sending.reduce((sum, sender) => sum + sender.acknowledged[signal], 0)
  const fromSdk = "(service = 'crash-sdk')"
  const fromSenders = "(service = 'crash-sender')"
  const pairs: [name: string, acknowledged: number, stored: string][] = [
    ['spans', sent('spans'), `(SELECT count() FROM spans WHERE ${fromSenders})`],
    ['distinct spans', sent('spans'), `(SELECT uniqExact(span_id) FROM spans WHERE ${fromSenders})`],
    ['spans in span_red', sent('spans'), `(SELECT sum(requests) FROM span_red WHERE ${fromSenders})`],
    [
      'spans in histograms',
      sent('spans'),
      `(SELECT sum(arraySum(mapValues(durations))) FROM span_red WHERE ${fromSenders})`,
    ],
    ['spans in attribute_keys', sent('spans'), "(SELECT sum(records) FROM attribute_keys WHERE key = 'crash.batch')"],
    ['logs', sent('logs'), `(SELECT count() FROM logs WHERE ${fromSenders})`],
    ['distinct logs', sent('logs'), `(SELECT uniqExact(body) FROM logs WHERE ${fromSenders})`],
    ['logs in log_volume', sent('logs'), `(SELECT sum(records) FROM log_volume WHERE ${fromSenders})`],
    [
      'traces with bounds',
      0,
      '(SELECT uniqExact(trace_id) FROM spans WHERE trace_id NOT IN (SELECT trace_id FROM trace_bounds))',
    ],
    [
      'spans without resource',
      0,
      '(SELECT count() FROM spans WHERE resource_id NOT IN (SELECT resource_id FROM resources))',
    ],
    ['sdk spans', sdk.traces, `(SELECT count() FROM spans WHERE ${fromSdk})`],
    ['distinct sdk spans', sdk.traces, `(SELECT uniqExact(span_id) FROM spans WHERE ${fromSdk})`],
    ['sdk logs', sdk.logs, `(SELECT count() FROM logs WHERE ${fromSdk})`],
    ['distinct sdk logs', sdk.logs, `(SELECT uniqExact(body) FROM logs WHERE ${fromSdk})`],
  ]
  let wrong = 0
  for (const [name, acknowledged, sql] of pairs) {
    const stored = await number(sql)
    if (stored === acknowledged) continue
    wrong += 1
    console.error(`WRONG ${name}: ${acknowledged} acknowledged, ${stored} stored`)
  }
  const total = async (table: string): Promise<number> => number(`(SELECT count() FROM ${table})`)
  const distinct =
    (await number('(SELECT uniqExact(span_id) FROM spans)')) +
    (await number('(SELECT uniqExact(service, body) FROM logs)'))
  const stored = (await total('spans')) + (await total('logs'))
  await store.close()
  const acknowledged = sent('spans') + sent('logs') + sdk.traces + sdk.logs
  const requests = sending.reduce((sum, sender) => sum + sender.repeats, 0)
  return {
    acknowledged,
    stored,
    duplicated: stored - distinct,
    lost: Math.max(0, acknowledged - distinct),
    sdk_acknowledged: sdk.traces + sdk.logs,
    sdk_dropped: sdk.dropped,
    repeated_requests: requests,
    wrong,
  }
}
