import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { PoisonError, type SealedFile, type Store, StoreAwayError, type Writer } from '../store/store.ts'
import { openTestStore } from '../store/test-store.case.ts'
import { writeSeverity } from './decode/json-log.ts'
import { OtlpRequestWriter } from './decode/otlp-request-writer.ts'
import { type Ingest, type IngestOptions, startIngest } from './ingest.ts'
import { tracesBody } from './sample-body.ts'
import { type Files, realFiles } from './segment/files.ts'
import { decodeJournal } from './segment/journal.ts'
import { testIngestOptions } from './test-ingest.case.ts'

const MiB = 1024 * 1024
const options: IngestOptions = { ...testIngestOptions, durability: 'fsync', segmentAgeMs: 50 }
const stored = { outcome: 'stored', rejected: 0, reason: '', duplicated: false }

let home: string
let store: Store
let directory: string
let reports: string[]
const open: Ingest[] = []

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'wakeline-ingest-'))
  store = await openTestStore(home, { mergesMax: 2 })
})
afterAll(async () => {
  await store.close()
  await rm(home, { recursive: true })
})
beforeEach(async () => {
  directory = await mkdtemp(join(home, 'run-'))
  reports = []
})
afterEach(async () => {
  for (const ingest of open.splice(0)) await ingest.stop()
})

type Changes = { writer?: Writer; files?: Files; options?: Partial<IngestOptions>; nowUnixMs?: () => number }

async function start({
  writer = store,
  files = realFiles,
  options: changed = {},
  nowUnixMs = Date.now,
}: Changes = {}): Promise<Ingest> {
  const ingest = await startIngest({
    store: writer,
    directory,
    options: { ...options, ...changed },
    nowUnixMs,
    report: (sentence) => reports.push(sentence),
    files,
  })
  open.push(ingest)
  return ingest
}

async function countSpans(name: string): Promise<[rows: number, requests: number]> {
  const { rows } = await store.rows<{ spans: string; requests: string }>({
    sql: 'SELECT (SELECT count() FROM spans WHERE name = {p1:String}) AS spans, (SELECT sum(requests) FROM span_red WHERE name = {p1:String}) AS requests',
    params: { p1: name },
  })
  return [Number(rows[0]?.spans), Number(rows[0]?.requests)]
}

/** However slow the machine is. */
const inOneSegment = { segmentAgeMs: 600_000 }

/** A store that never takes a segment: what the log holds stays on disk. */
const awayStore: Writer = {
  load: () => Promise.reject(new StoreAwayError('Cannot reach the store: it is away')),
  publish: () => {},
}

test('an accepted request is in the store and its rollup once ingest has stopped', async () => {
  const ingest = await start()
  expect(await ingest.submit('traces', tracesBody('plain', 3))).toEqual(stored)
  await ingest.stop()
  expect(await countSpans('plain')).toEqual([3, 3])
  expect(ingest.counts()).toMatchObject({ spans: { accepted: 3, rejected: 0, loaded: 3 }, waitingSegments: 0 })
})

test('a segment is loaded for its age alone', async () => {
  const ingest = await start()
  await ingest.submit('traces', tracesBody('aged'))
  await expect.poll(() => countSpans('aged'), { timeout: 10_000 }).toEqual([1, 1])
})

test('a segment is loaded before its age when nothing more comes, and a small one behind it is not', async () => {
  const ingest = await start({ options: { segmentAgeMs: 10_000 } })
  await ingest.submit('traces', tracesBody('quiet'))
  await expect.poll(() => countSpans('quiet'), { timeout: 8_000 }).toEqual([1, 1])
  await ingest.submit('traces', tracesBody('quiet again'))
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  expect(await countSpans('quiet again')).toEqual([0, 0])
  await ingest.stop()
  expect(await countSpans('quiet again')).toEqual([1, 1])
})

test('what came while the store was behind is loaded when it has caught up', async () => {
  let release = (): void => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const loads: string[] = []
  const load = async (file: SealedFile): Promise<void> => {
    loads.push(file.path)
    await held
    await store.load(file)
  }
  const ingest = await start({ writer: { load, publish: () => {} } })
  await ingest.submit('traces', tracesBody('first'))
  await expect.poll(() => loads.length, { timeout: 10_000 }).toBe(1)
  await ingest.submit('traces', tracesBody('behind'))
  await new Promise((resolve) => setTimeout(resolve, 3 * options.segmentAgeMs))
  expect(ingest.counts().waitingSegments).toBe(1)
  release()
  await expect.poll(() => countSpans('behind'), { timeout: 10_000 }).toEqual([1, 1])
})

test.each([3_600_000, -3_600_000])(
  'a repeated request is recognised when the clock has leapt by %s ms',
  async (leapMs) => {
    const name = `leapt ${leapMs}`
    let offMs = 0
    const ingest = await start({ nowUnixMs: () => Date.now() + offMs })
    expect(await ingest.submit('traces', tracesBody(name))).toEqual(stored)
    offMs = leapMs
    expect(await ingest.submit('traces', tracesBody(`${name}, another`))).toEqual(stored)
    expect(await ingest.submit('traces', tracesBody(name))).toEqual({ ...stored, duplicated: true })
    await ingest.stop()
    const again = await start({ nowUnixMs: () => Date.now() + offMs })
    expect(await again.submit('traces', tracesBody(`${name}, another`))).toEqual({ ...stored, duplicated: true })
    expect(await countSpans(name)).toEqual([1, 1])
  },
)

test('a repeated request is answered and stored once, within a run, while the first is written, and after a restart', async () => {
  const body = tracesBody('repeated', 2)
  const ingest = await start()
  const both = await Promise.all([ingest.submit('traces', body), ingest.submit('traces', body)])
  expect(both).toEqual([stored, { ...stored, duplicated: true }])
  await ingest.stop()
  const again = await start()
  expect(await again.submit('traces', body)).toEqual({ ...stored, duplicated: true })
  await again.stop()
  expect(await countSpans('repeated')).toEqual([2, 2])
  expect(again.counts().duplicatedRequests).toBe(1)
})

test('the sender may name the batch', async () => {
  const ingest = await start()
  expect(await ingest.submit('traces', tracesBody('named'), 'batch-1')).toEqual(stored)
  expect(await ingest.submit('traces', tracesBody('named again'), 'batch-1')).toMatchObject({ duplicated: true })
})

test('a batch forgotten before its time is counted', async () => {
  const ingest = await start({ options: { batchesMax: 1 } })
  await ingest.submit('traces', tracesBody('forgotten'))
  expect(ingest.counts().forgottenRequests).toBe(0)
  await ingest.submit('traces', tracesBody('remembered'))
  expect(ingest.counts().forgottenRequests).toBe(1)
})

test('a body that is not OTLP is refused and leaves nothing', async () => {
  const ingest = await start()
  const answer = await ingest.submit('traces', Buffer.from('this is not protobuf'))
  expect(answer).toMatchObject({ outcome: 'refused', reason: expect.stringMatching(/^Cannot decode traces: /) })
  expect(await readdir(join(directory, 'segments'))).toEqual([])
})

test('what an ended run left behind is loaded at the next start, once', async () => {
  const first = await start({ writer: awayStore })
  await first.submit('traces', tracesBody('left over', 5))
  await first.stop()
  expect(await readdir(join(directory, 'segments'))).toContain('1.spans.native')
  const second = await start()
  await second.stop()
  expect(await countSpans('left over')).toEqual([5, 5])
})

test('a segment that was loaded but not cleared away is not stored twice', async () => {
  let died = false
  const files: Files = {
    ...realFiles,
    rename: (from, to) => (died ? realFiles.rename(from, to) : Promise.reject(failure('EIO'))),
  }
  const first = await start({ files })
  await first.submit('traces', tracesBody('loaded twice', 4))
  await first.stop()
  expect(await countSpans('loaded twice')).toEqual([4, 4])
  died = true
  const second = await start({ files })
  await second.stop()
  expect(await countSpans('loaded twice')).toEqual([4, 4])
})

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: simulated`), { code, syscall: 'write' })
}

/** A disk with `room` bytes left: what does not fit is written in part, as a real one does. */
function smallDisk(room: { bytes: number }): Files {
  return {
    ...realFiles,
    create: async (path, isSynced) => {
      const file = await realFiles.create(path, isSynced)
      return {
        ...file,
        write: async (bytes, position) => {
          const fits = Math.min(bytes.length, room.bytes)
          room.bytes -= fits
          await file.write(bytes.subarray(0, fits), position)
          if (fits < bytes.length) throw failure('ENOSPC')
        },
      }
    },
  }
}

test('a full disk is never acknowledged, wherever it fills up, and leaves nothing behind', async () => {
  const room = { bytes: Number.POSITIVE_INFINITY }
  const ingest = await start({ files: smallDisk(room), writer: awayStore })
  await ingest.submit('traces', tracesBody('before full', 1))
  for (let bytes = 0; bytes < 1500; bytes += 37) {
    room.bytes = bytes
    const answer = await ingest.submit('traces', tracesBody(`full at ${bytes}`, 2))
    expect(answer).toMatchObject({ outcome: 'later', reason: expect.stringContaining('ENOSPC') })
  }
  room.bytes = Number.POSITIVE_INFINITY
  expect(await ingest.submit('traces', tracesBody('after full', 1))).toEqual(stored)
  await ingest.stop()
  await (await start()).stop()
  expect(await countSpans('before full')).toEqual([1, 1])
  expect(await countSpans('after full')).toEqual([1, 1])
  const { rows } = await store.rows({
    sql: "SELECT count() AS spans FROM spans WHERE name LIKE 'full at%'",
    params: {},
  })
  expect(rows).toEqual([{ spans: '0' }])
  // The resource row was in a group that failed: it is written again for those that came after.
  const orphans = 'SELECT count() AS spans FROM spans WHERE resource_id NOT IN (SELECT resource_id FROM resources)'
  expect((await store.rows({ sql: orphans, params: {} })).rows).toEqual([{ spans: '0' }])
})

/** A disk whose writes of spans wait until the test lets them go, well or badly. */
function heldDisk() {
  type Go = (error?: Error) => void
  const held: Go[] = []
  const hold = (): Promise<void> =>
    new Promise((resolve, reject) => held.push((error) => (error === undefined ? resolve() : reject(error))))
  const files: Files = {
    ...realFiles,
    create: async (path, isSynced) => {
      const file = await realFiles.create(path, isSynced)
      if (!path.endsWith('.spans.native')) return file
      return { ...file, write: (bytes, position) => hold().then(() => file.write(bytes, position)) }
    },
  }
  const next = async (): Promise<Go> => {
    await expect.poll(() => held.length).toBeGreaterThan(0)
    return held.shift() ?? expect.fail()
  }
  return { files, next }
}

/** Two groups, the second begun while the first is being written. */
async function twoGroups(ingest: Ingest, { next }: ReturnType<typeof heldDisk>, answered: string[]) {
  const send = (name: string): Promise<unknown> =>
    ingest.submit('traces', tracesBody(name)).then(({ outcome }) => answered.push(`${name} ${outcome}`))
  const first = send('first of two')
  const write = await next()
  const second = send('second of two')
  return { writes: [write, await next()], both: Promise.all([first, second]) }
}

test('a group is written while the one before it is, and is not answered before it', async () => {
  const disk = heldDisk()
  const ingest = await start({ files: disk.files, options: { segmentAgeMs: 10_000 } })
  const answered: string[] = []
  const { writes, both } = await twoGroups(ingest, disk, answered)
  writes[1]?.()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(answered).toEqual([])
  writes[0]?.()
  await both
  expect(answered).toEqual(['first of two stored', 'second of two stored'])
  await ingest.stop()
  expect(await countSpans('second of two')).toEqual([1, 1])
})

test('half as many requests as are on their way make the next group, and no fewer', async () => {
  const disk = heldDisk()
  const ingest = await start({ files: disk.files, writer: awayStore, options: { segmentAgeMs: 10_000 } })
  const send = (name: string): Promise<unknown> => ingest.submit('traces', tracesBody(name))
  const sent = ['a', 'b', 'c', 'd'].map(send)
  const write = await disk.next()
  for (const name of ['e', 'f']) {
    sent.push(send(name))
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  }
  for (const go of [write, await disk.next()]) go()
  await Promise.all(sent)
  const { groups } = decodeJournal(await readFile(join(directory, 'segments', '1.journal')))
  expect(groups.map(({ group }) => group.batches.length)).toEqual([4, 2])
  await ingest.stop()
})

test('when a group cannot be written, the one begun behind it is not acknowledged either', async () => {
  const disk = heldDisk()
  const ingest = await start({ files: disk.files, writer: awayStore, options: { segmentAgeMs: 10_000 } })
  const answered: string[] = []
  const { writes, both } = await twoGroups(ingest, disk, answered)
  writes[0]?.(failure('EIO'))
  writes[1]?.()
  await both
  expect(answered).toEqual(['first of two later', 'second of two later'])
  expect(await readdir(join(directory, 'segments'))).toEqual([])
  const after = ingest.submit('traces', tracesBody('after both'))
  ;(await disk.next())()
  expect(await after).toEqual(stored)
  await ingest.stop()
  const loads: SealedFile[] = []
  await (await start({ writer: { load: async (file) => void loads.push(file), publish: () => {} } })).stop()
  // Whoever comes after brings the resource and the scope again.
  expect(loads.map(({ table, rows }) => [table, rows])).toEqual([
    ['resources', 1],
    ['scopes', 1],
    ['spans', 1],
  ])
})

test('a journal torn at any byte of its last group loses that group alone', async () => {
  const first = await start({ writer: awayStore, options: inOneSegment })
  await first.submit('traces', tracesBody('kept', 1))
  const segments = join(directory, 'segments')
  const wholeBytes = (await readFile(join(segments, '1.journal'))).length
  await first.submit('traces', tracesBody('torn', 1))
  await first.stop()
  const names = await readdir(segments)
  const files = await Promise.all(names.map(async (name) => [name, await readFile(join(segments, name))] as const))
  const journal = await readFile(join(segments, '1.journal'))
  for (let length = wholeBytes; length <= journal.length; length += 1) {
    for (const [name, bytes] of files) await writeFile(join(segments, name), bytes)
    await writeFile(join(segments, '1.journal'), journal.subarray(0, length))
    const loads: SealedFile[] = []
    const ingest = await start({ writer: { load: async (file) => void loads.push(file), publish: () => {} } })
    await ingest.stop()
    const spans = loads.find(({ table }) => table === 'spans')
    expect([length, spans?.rows]).toEqual([length, length === journal.length ? 2 : 1])
    expect(ingest.counts().tornGroups).toBe(length === wholeBytes || length === journal.length ? 0 : 1)
    await rm(join(segments, '1.loaded'))
  }
  // Some hundred starts, and those of a test that was given up go on in the folder of the next.
}, 120_000)

test('a group that is damaged on disk is no torn tail: it is said, counted and kept, and what was before it is loaded', async () => {
  const first = await start({ writer: awayStore, options: inOneSegment })
  for (const name of ['before damage', 'damaged', 'behind 1', 'behind 2', 'behind 3', 'behind 4'])
    await first.submit('traces', tracesBody(name, 1))
  await first.stop()
  const path = join(directory, 'segments', '1.spans.native')
  const bytes = await readFile(path)
  const damaged = Buffer.from(bytes)
  const at = bytes.length >> 2
  damaged.writeUInt8(bytes.readUInt8(at) ^ 1, at)
  await writeFile(path, damaged)
  const ingest = await start()
  expect(ingest.counts()).toMatchObject({ poisonedSegments: 1, tornGroups: 0 })
  await ingest.stop()
  expect(await countSpans('before damage')).toEqual([1, 1])
  expect(await readFile(join(directory, 'poison', 'damaged-1.spans.native'))).toEqual(damaged)
  expect((await readdir(join(directory, 'poison'))).length).toBeGreaterThan(1)
})

test('data torn behind its journal is cut off, and the rest can be loaded', async () => {
  const first = await start({ writer: awayStore, options: inOneSegment })
  await first.submit('traces', tracesBody('kept 2', 1))
  await first.submit('traces', tracesBody('torn 2', 1))
  await first.stop()
  const path = join(directory, 'segments', '1.spans.native')
  const bytes = await readFile(path)
  await writeFile(path, bytes.subarray(0, bytes.length - 1))
  const ingest = await start()
  expect(ingest.counts().tornGroups).toBe(1)
  expect(await ingest.submit('traces', tracesBody('torn 2', 1))).toEqual(stored)
  await ingest.stop()
  expect(await countSpans('kept 2')).toEqual([1, 1])
  expect(await countSpans('torn 2')).toEqual([1, 1])
})

test('litter after the last group is cut off before loading', async () => {
  const first = await start({ writer: awayStore })
  await first.submit('traces', tracesBody('litter', 1))
  await first.stop()
  await appendFile(join(directory, 'segments', '1.spans.native'), Buffer.alloc(100))
  await (await start()).stop()
  expect(await countSpans('litter')).toEqual([1, 1])
})

test('a file the store refuses for good is set aside and the next ones are loaded', async () => {
  const writer: Writer = {
    publish: () => {},
    load: (file) => (file.path.endsWith('/1.spans.native') ? Promise.reject(new PoisonError('bad')) : store.load(file)),
  }
  const ingest = await start({ writer })
  await ingest.submit('traces', tracesBody('poison', 1))
  await expect.poll(() => ingest.counts().poisonedSegments, { timeout: 10_000 }).toBe(1)
  await ingest.submit('traces', tracesBody('healthy', 1))
  await ingest.stop()
  expect(await countSpans('healthy')).toEqual([1, 1])
  expect((await readdir(join(directory, 'poison'))).map((name) => name.replace(/^\d+-/, ''))).toEqual([
    '1.spans.native',
  ])
  expect(reports.join()).toContain('set aside')
})

test('damaged bytes are poison to the real engine', async () => {
  const path = join(directory, 'bad.native')
  await writeFile(path, Buffer.from('not native at all'))
  const file: SealedFile = { table: 'spans', path, rows: 1, token: 'bad', blockRows: 10 }
  await expect(store.load(file)).rejects.toBeInstanceOf(PoisonError)
})

test('when the store is away senders are told to try later once the limit is reached', async () => {
  const ingest = await start({ writer: awayStore, options: { waitingMaxBytes: 2000 } })
  const answers = []
  for (let index = 0; index < 10; index += 1)
    answers.push(await ingest.submit('traces', tracesBody(`away ${index}`, 1)))
  expect(answers[0]).toEqual(stored)
  expect(answers.at(-1)).toMatchObject({ outcome: 'later', retryAfterMs: 1000 })
})

test('blocks are published once they are durable', async () => {
  const published: [string, number][] = []
  const stop = store.subscribe('spans', ({ table, rows }) => published.push([table, rows]))
  const ingest = await start()
  await ingest.submit('traces', tracesBody('published', 3))
  stop()
  expect(published).toEqual([['spans', 3]])
})

test('a repeat of a batch with rejects is answered as the batch was', async () => {
  const ingest = await start()
  const body = tracesBody('partial', 2)
  const before = { rejected: 3, reason: 'Cannot store a span: no' }
  const first = await ingest.submit('traces', body, undefined, { before })
  expect(first).toEqual({ ...stored, ...before })
  expect(await ingest.submit('traces', body)).toEqual({ ...first, duplicated: true })
  expect(ingest.counts().spans).toMatchObject({ accepted: 2, rejected: 3 })
})

test('so is one that comes after a restart, from a receipt and from a segment that was not loaded', async () => {
  const before = { rejected: 3, reason: 'Cannot store a span: "no"' }
  const answers = [{ ...stored, ...before }, stored]
  const bodies = [tracesBody('partial before', 2), tracesBody('whole before', 1)]
  const submitBoth = async (ingest: Ingest) =>
    Promise.all(bodies.map((body, index) => ingest.submit('traces', body, undefined, index === 0 ? { before } : {})))
  const first = await start({ writer: awayStore })
  expect(await submitBoth(first)).toEqual(answers)
  await first.stop()
  expect(await readdir(join(directory, 'segments'))).toContain('1.journal')
  for (const left of ['1.journal', '1.loaded']) {
    const ingest = await start()
    expect([left, await submitBoth(ingest)]).toEqual([left, answers.map((each) => ({ ...each, duplicated: true }))])
    await ingest.stop()
  }
  expect(await countSpans('partial before')).toEqual([2, 2])
})

test('what a transcoder left out is told, too, where all that it kept was stored before', async () => {
  const ingest = await start()
  const body = tracesBody('kept before', 1)
  const before = { rejected: 1, reason: 'Cannot store a span: no' }
  await ingest.submit('traces', body)
  expect(await ingest.submit('traces', body, undefined, { before })).toEqual({ ...stored, ...before, duplicated: true })
})

test('a file that the store refuses at first is loaded when it takes it', async () => {
  let refusals = 2
  const writer: Writer = {
    load: (file) => (refusals-- > 0 ? Promise.reject(new PoisonError('Cannot load it')) : store.load(file)),
    publish: () => {},
  }
  const ingest = await start({ writer })
  await ingest.submit('traces', tracesBody('refused', 2))
  await expect.poll(() => countSpans('refused'), { timeout: 10_000 }).toEqual([2, 2])
  expect(ingest.counts().poisonedSegments).toBe(0)
})

test('as the disk fills, debug logs, then info logs, then most spans without an error find no room, and it is marked', async () => {
  let freeBytes = 10 * MiB
  const files: Files = { ...realFiles, freeBytes: async () => freeBytes }
  const ingest = await start({ files })
  const logs = (severity: number) => logsBody([severity])
  const outcomes: unknown[] = []
  for (const [free, level] of [
    [3.5, 1],
    [2.5, 2],
    [1.5, 3],
  ] as const) {
    freeBytes = free * MiB
    await expect.poll(() => ingest.counts().shed.level, { timeout: 10_000 }).toBe(level)
    const answers = []
    for (const severity of [5, 9, 13, 17])
      answers.push(await ingest.submit('logs', logs(severity), `${level} ${severity}`))
    outcomes.push(answers.map((answer) => answer.outcome === 'stored' && answer.rejected))
  }
  expect(outcomes).toEqual([
    [1, 0, 0, 0],
    [1, 1, 0, 0],
    [1, 1, 0, 0],
  ])
  const spans = await ingest.submit('traces', tracesBody('shed', 200))
  expect(spans).toMatchObject({ outcome: 'stored', reason: expect.stringContaining('The disk is nearly full') })
  freeBytes = 10 * MiB
  await expect.poll(() => ingest.counts().shed, { timeout: 10_000 }).toMatchObject({ level: 0, sinceMs: null, logs: 5 })
  await ingest.stop()
  const { rows } = await store.rows<{ body: string }>({
    sql: "SELECT body FROM logs WHERE service = 'wakeline-server' ORDER BY ts",
    params: {},
  })
  expect(rows.map(({ body }) => body.split(/[:,]/)[0])).toEqual([
    'The disk is nearly full',
    'The disk is nearly full',
    'The disk is nearly full',
    'The disk has room again',
  ])
})

function logsBody(severities: readonly number[]): Uint8Array {
  const writer = new OtlpRequestWriter('test')
  for (const severity of severities) {
    const mark = writer.begin({ 'service.name': 'shed' })
    writeSeverity(writer.out, { number: severity, text: '' })
    writer.end(mark)
  }
  return writer.take()
}
