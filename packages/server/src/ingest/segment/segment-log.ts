import type { EncodedBlock, OpenBlocks } from '../decode/open-blocks.ts'
import type { Files } from './files.ts'
import type { Batch, JournalHeader } from './journal.ts'
import { type BegunGroup, OpenSegment, type SealedSegment } from './open-segment.ts'

/**
 * Group commit. Requests decode into the open blocks while groups before them are being made durable; when half as many have
 * gathered as are in those, they are the next group. So one request alone waits for one write to the disk, and under load
 * groups, and with them blocks, grow by themselves.
 *
 *   requests -> open blocks -> [group] -> durable -> answered -> ... sealed -> loader
 *
 * Groups are answered in their order: what a later one rests on (the row of a resource) may be in an earlier one. When one
 * fails, so do those behind it.
 *
 * A segment is sealed by age, rows or bytes, and sooner when nothing more comes: what was sent last can be asked for in
 * a fifth of a second, and small segments still follow one another no faster than at their age.
 */
export type SegmentLogOptions = {
  directory: string
  firstNumber: number
  header: JournalHeader
  durability: 'fsync' | 'os'
  /** A segment is sealed this long after its first group, so that its rows can be asked for... */
  sealAgeMs: number
  /** ...or when a table has this many rows... */
  sealRows: number
  /** ...or the segment this many bytes. */
  sealBytes: number
  files: Files
  nowUnixMs: () => number
  /** Called once for each block when it is durable. */
  publish: (block: EncodedBlock) => void
  /** Takes a sealed segment over. */
  hand: (segment: SealedSegment) => void
  /**
   * While true a segment is not sealed for its age: larger ones load more cheaply and the store is behind anyway. Its end
   * is told by `caughtUp`.
   */
  isBehind: () => boolean
  report: (sentence: string) => void
}

export type Durable = { durable: true } | { durable: false; reason: string }
/** Of the age: nothing new for so long, and a segment is sealed before it. */
const quietShare = 0.1
/** A segment of so many rows loads and merges as cheaply, row for row, as a larger one... */
const quietRowsMin = 10_000
/** ...so that nothing new for so long is enough, as long as they do not follow one another faster than others may. */
const stillShare = 0.02

/** Groups that are on their way at once: the disk makes some durable in little more time than one. */
export const groupsMax = 3
/** Of the requests that are in them, so many make another: fewer, and groups would be many and each of them costs. */
const nextGroupShare = 0.5

type Member = { batch: Batch; answer: (outcome: Durable) => void }

export class SegmentLog {
  readonly #options: SegmentLogOptions
  readonly #blocks: OpenBlocks
  /** Of the groups on their way, in order: settled when they and those before them are answered, and never rejected. */
  readonly #begun: Promise<void>[] = []
  /** Requests in them. */
  #begunMembers = 0
  #members: Member[] = []
  /** Set while a group on its way is waited for: to be called when there is enough for another. */
  #wake: (() => void) | undefined
  #segment: OpenSegment | undefined
  /** Set while a failed group still has to be taken back from the files. */
  #mustCut = false
  #nextNumber: number
  #sealAtMs = 0
  #lastGroupMs = 0
  #lastSealMs = Number.NEGATIVE_INFINITY
  /** Set until the next seal by a flush. */
  #mustSeal = false
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> | undefined
  /** Of a group that could not be made durable, and of those behind it, until the files are mended. */
  #failed: { reason: string; members: Member[] } | undefined

  constructor(blocks: OpenBlocks, options: SegmentLogOptions) {
    this.#blocks = blocks
    this.#options = options
    this.#nextNumber = options.firstNumber
  }

  /** Resolves when all that is in the open blocks now is durable, or is known not to be. */
  commit(batch: Batch): Promise<Durable> {
    const outcome = new Promise<Durable>((answer) => this.#members.push({ batch, answer }))
    if (this.#isEnough) this.#wake?.()
    this.#writing ??= this.#run()
    return outcome
  }

  get openBytes(): number {
    return this.#segment?.bytes ?? 0
  }

  /** Hands over what is durable now, however young. */
  async flush(): Promise<void> {
    this.#mustSeal = true
    while (this.#writing !== undefined) await this.#writing
    this.#writing = this.#run()
    await this.#writing
  }

  /** To be called when the store is behind no more: what waited for that may be due. */
  caughtUp(): void {
    if (this.#writing === undefined) this.#armTimer()
  }

  /** Commits what is waiting and hands over the last segment. Nothing may be committed afterwards. */
  async stop(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing
    clearTimeout(this.#timer)
    if (this.#mustCut) await this.#takeBack()
    else await this.#seal()
  }

  async #run(): Promise<void> {
    await aTurn()
    while (this.#members.length > 0 || this.#begun.length > 0) await this.#step()
    await this.#sealIfDue()
    this.#writing = undefined
    if (this.#members.length > 0) this.#writing = this.#run()
    else this.#armTimer()
  }

  async #step(): Promise<void> {
    if (this.#isEnough) await this.#beginGroup()
    else await this.#wait()
    if (this.#failed !== undefined) await this.#mend()
    else if (this.#isDue()) await this.#sealIfDue()
  }

  /** Whether a group is to be begun with what has gathered. */
  get #isEnough(): boolean {
    const enough = Math.max(1, this.#begunMembers * nextGroupShare)
    return this.#begun.length < groupsMax && this.#members.length >= enough
  }

  /** Until the first of the groups on their way is answered, or enough has gathered for another. */
  async #wait(): Promise<void> {
    const enough = new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    await Promise.race([this.#begun[0], enough])
    this.#wake = undefined
    if (this.#isEnough) await aTurn()
  }

  async #beginGroup(): Promise<void> {
    const members = this.#members
    this.#members = []
    const blocks = this.#blocks.take()
    try {
      const segment = await this.#openSegment()
      const batches = members.map(({ batch }) => batch)
      const group = await segment.begin(blocks, batches, this.#options.nowUnixMs())
      this.#lastGroupMs = performance.now()
      this.#begunMembers += members.length
      this.#begun.push(this.#end(segment, group, members))
    } catch (error) {
      this.#fail(members, error)
    }
  }

  async #end(segment: OpenSegment, group: BegunGroup, members: readonly Member[]): Promise<void> {
    // Both: what counts must not have a gap, and what a later group rests on may be in an earlier one.
    const [outcome] = await Promise.allSettled([group.durable, this.#begun.at(-1)])
    this.#begun.shift()
    this.#begunMembers -= members.length
    if (outcome.status === 'rejected') this.#fail(members, outcome.reason)
    else if (this.#failed !== undefined) this.#failed.members.push(...members)
    else this.#keep(segment, group, members)
  }

  #keep(segment: OpenSegment, group: BegunGroup, members: readonly Member[]): void {
    segment.keep(group)
    this.#lastGroupMs = performance.now()
    for (const { answer } of members) answer({ durable: true })
    for (const block of group.blocks) this.#options.publish(block)
  }

  async #openSegment(): Promise<OpenSegment> {
    if (this.#mustCut) await this.#takeBack()
    if (this.#segment !== undefined) return this.#segment
    const { directory, header, durability, files, sealAgeMs } = this.#options
    const number = this.#nextNumber
    this.#nextNumber += 1
    this.#segment = await OpenSegment.open({ number, directory, header, durability, files })
    this.#sealAtMs = performance.now() + sealAgeMs
    return this.#segment
  }

  /**
   * Nothing of the group is acknowledged. What gathered behind it goes with it: those rows may rest on resources
   * and series whose only row was in the group.
   */
  #fail(members: readonly Member[], error: unknown): void {
    const reason = `Cannot make the data durable: ${error instanceof Error ? error.message : String(error)}`
    if (this.#failed === undefined) this.#options.report(reason)
    this.#failed ??= { reason, members: [] }
    this.#failed.members.push(...members, ...this.#members)
    this.#members = []
    this.#blocks.take()
    this.#blocks.forgetKnown()
  }

  /** After a failed group, when the others on their way have come to their end. */
  async #mend(): Promise<void> {
    this.#mustCut = true
    await Promise.all(this.#begun)
    const { reason, members } = this.#failed ?? { reason: '', members: [] }
    await this.#takeBack().catch((again) => this.#options.report(`${reason}; then ${again}`))
    this.#failed = undefined
    for (const { answer } of members) answer({ durable: false, reason })
  }

  /** After a failed fsync what the file holds is anyone's guess, so it is cut back and never appended to again. */
  async #takeBack(): Promise<void> {
    await this.#segment?.cut()
    this.#mustCut = false
    await this.#seal()
  }

  #isDue(): boolean {
    const segment = this.#segment
    if (segment === undefined) return this.#mustSeal
    const { sealRows, sealBytes, isBehind } = this.#options
    const full = segment.rowsMost >= sealRows || segment.bytes >= sealBytes
    return full || this.#mustSeal || (performance.now() >= this.#dueAtMs(segment) && !isBehind())
  }

  async #sealIfDue(): Promise<void> {
    if (!this.#isDue()) return
    while (this.#begun.length > 0) await this.#begun[0]
    if (this.#failed !== undefined) await this.#mend()
    else if (!this.#mustCut && this.#isDue()) await this.#seal()
  }

  #dueAtMs({ rowsMost }: OpenSegment): number {
    const { sealAgeMs } = this.#options
    const [quiet, apart] = rowsMost >= quietRowsMin ? [stillShare, quietShare] : [quietShare, 1]
    const soonestMs = Math.max(this.#lastGroupMs + sealAgeMs * quiet, this.#lastSealMs + sealAgeMs * apart)
    return Math.min(soonestMs, this.#sealAtMs)
  }

  async #seal(): Promise<void> {
    const segment = this.#segment
    this.#mustSeal = false
    if (segment === undefined) return
    this.#segment = undefined
    this.#lastSealMs = performance.now()
    try {
      const sealed = await segment.seal()
      if (sealed !== undefined) this.#options.hand(sealed)
    } catch (error) {
      this.#options.report(`Cannot seal segment ${segment.number}, the next start will load it: ${error}`)
    }
  }

  /** To be called when a run has ended: begins another when the segment it left open is due. */
  #armTimer(): void {
    clearTimeout(this.#timer)
    if (this.#segment === undefined || this.#mustCut || this.#options.isBehind()) return
    this.#timer = setTimeout(() => {
      this.#writing ??= this.#run()
    }, this.#dueAtMs(this.#segment) - performance.now())
  }
}

/** Requests that arrive in the same turn of the event loop share a group. */
const aTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
