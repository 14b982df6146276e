import { afterAll, expect, test } from 'vitest'
import { tracesBody } from '../sample-body.ts'
import { type DecodeJob, type Decoder, type DecoderOptions, decodeHere } from './decoder.ts'
import { startBuiltDecoderThread } from './decoder-thread.case.ts'

const options: DecoderOptions = {
  originsKnownMax: 100,
  seriesKnownMax: 100,
  limits: { attributesMax: 128, valueSizeMaxBytes: 1024, eventsMax: 128, depthMax: 32 },
  groupRowsMax: 40,
  arrival: { redact: true, redactKeys: [], stableNames: true, parseBodies: true, inferSeverity: true },
}
const account = { instance: 'one', first: 1, records: 3, dropped: {} }
const job = (format: DecodeJob['format'], more: Partial<DecodeJob> = {}): DecodeJob => ({
  format,
  nowUnixMs: 1_760_000_000_000,
  shedLevel: 0,
  account: undefined,
  ...more,
})
const threads: Decoder[] = []
afterAll(async () => {
  for (const thread of threads) await thread.stop()
})

/** All is asked for at once; the answers as they come. */
async function ask(decoder: Decoder): Promise<unknown[]> {
  const answers: unknown[] = []
  const decode = async (more: Partial<DecodeJob>, body: Uint8Array): Promise<void> => {
    answers.push(await decoder.decode(job('traces', more), body))
  }
  const take = async (): Promise<void> => {
    const blocks = await decoder.take()
    answers.push(blocks.map(({ table, rows, bytes }) => [table, rows, Buffer.from(bytes).toString('latin1')]))
  }
  const asked = [
    decode({ account }, tracesBody('first', 3)),
    decode({}, tracesBody('password=hunter2hunter2', 2)),
    take(),
    decode({ shedLevel: 3 }, tracesBody('second', 50)),
    decode({}, tracesBody('so many', 40)),
    // The group is full now.
    decode({}, tracesBody('more')),
    take(),
    decode({ format: 'logs' }, new Uint8Array([1, 2, 3])),
    decode({ format: 'metrics' }, new Uint8Array(0)),
    take(),
  ]
  // What is known is written once, and again after this.
  decoder.forgetKnown()
  asked.push(decode({}, tracesBody('third')), take(), take())
  await Promise.all(asked)
  return [...answers, decoder.redacted]
}

test('a thread answers as decoding here does, in the order of what was asked', async () => {
  const thread = startBuiltDecoderThread(options)
  threads.push(thread)
  const answers = await ask(thread)
  expect(answers).toEqual(await ask(decodeHere(options)))
  expect(answers).toContainEqual({ decoded: 'full', rows: 0, redacted: 0 })
  expect(answers[0]).toMatchObject({ rows: 6, decoded: { accepted: 3 } })
})

test('more than is handed on at once is decoded all the same', async () => {
  const thread = startBuiltDecoderThread({ ...options, groupRowsMax: 1_000_000 })
  threads.push(thread)
  const large = tracesBody('n'.repeat(5000), 200)
  const outcomes = await Promise.all(
    [large, large, large, tracesBody('small')].map((body) => thread.decode(job('traces'), body)),
  )
  expect(outcomes.map(({ decoded }) => decoded)).toMatchObject([200, 200, 200, 1].map((accepted) => ({ accepted })))
  const taken = await thread.take()
  expect(taken.map(({ table, rows }) => [table, rows])).toContainEqual(['spans', 601])
})

test('a fault of ours rejects what it happened in, and nothing else', async () => {
  const thread = startBuiltDecoderThread(options)
  threads.push(thread)
  const broken = job('traces', { nowUnixMs: Number.NaN })
  const outcomes = await Promise.allSettled([
    thread.decode(broken, tracesBody('faulty')),
    thread.decode(job('traces'), tracesBody('sound')),
  ])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
})
