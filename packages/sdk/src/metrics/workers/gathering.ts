import type { ChildProcess } from 'node:child_process'
import cluster, { type Worker as ClusterWorker } from 'node:cluster'
import type { Worker as Thread } from 'node:worker_threads'
import type { Report } from '../../report.ts'
import { Exposition } from '../exposition/answer.ts'
import { openNodeNames } from '../exposition/node-names.ts'
import type { Metering } from '../metering.ts'
import { meterOf } from '../metering.ts'
import { Levels } from './levels.ts'
import { type FromPrimary, type FromWorker, threadChannel, unwrap, type WireMetric, wrap } from './messages.ts'
import { takeMetric } from './take.ts'

export interface GatheringParts {
  readonly metering: Metering
  readonly report: Report
  schedule(run: () => void, delayMs: number): NodeJS.Timeout
}

/** A collection waits so long for workers; what they answer later is in the next one. */
const deadlineMs = 1_000
const nodeNamesScope = 'wakeline/node-names'

interface Member {
  readonly id: string
  post(message: FromPrimary): void
  /** It was asked and has not answered: it is not asked again until then. */
  answered: Promise<void> | undefined
  settle: () => void
}

/** The side of the primary of `cluster`, and of the main thread: asks the workers each time metrics are collected. */
export class Gathering {
  private readonly parts: GatheringParts
  private readonly members = new Map<string, Member>()
  private readonly targets = new Map<string, { metering: Metering; levels: Levels }>()
  private readonly watched = new WeakSet<ChildProcess>()
  private isCollecting = false
  private pushes = false
  private exposition: Exposition | undefined = undefined
  private isWatchingCluster = false
  private requests = 0
  private answeredLast = 0
  private silentLast = 0

  constructor(parts: GatheringParts) {
    this.parts = parts
    parts.metering.before.add(() => this.pull())
    this.addTarget('', parts.metering)
    const meter = meterOf(parts.metering, { name: 'wakeline', version: '', schemaUrl: '' })
    const options = { unit: '{worker}', description: 'Workers by whether they answered when metrics were collected.' }
    meter.observableGauge('wakeline.sdk.workers', options, (observe) => {
      if (this.members.size === 0) return
      observe(this.answeredLast, { answered: true })
      observe(this.silentLast, { answered: false })
    })
  }

  /** Somebody collects the metrics of this process: from now on those of its workers are among them. */
  begin(pushes: boolean): void {
    this.isCollecting = true
    this.pushes ||= pushes
    for (const member of this.members.values()) this.adopt(member)
  }

  /** Nobody does any more: workers are on their own. */
  end(): void {
    this.isCollecting = false
    this.pushes = false
    for (const member of this.members.values()) {
      member.post({ kind: 'release' })
    }
  }

  /** prom-client's names are in a metering of their own: with it here, workers make theirs. */
  addNodeNames(metering: Metering): void {
    this.addTarget(nodeNamesScope, metering)
  }

  /** Watches `cluster`, the workers it has and those to come. */
  watchCluster(): void {
    if (this.isWatchingCluster) return
    this.isWatchingCluster = true
    const add = (worker: ClusterWorker) => this.addProcess(String(worker.id), worker.process)
    for (const worker of Object.values(cluster.workers ?? {})) if (worker !== undefined) add(worker)
    cluster.on('fork', add)
    cluster.on('exit', ({ id }) => this.gone(String(id)))
  }

  watchThread(thread: Thread): void {
    const { BroadcastChannel } = process.getBuiltinModule('node:worker_threads')
    const id = `t${thread.threadId}`
    const channel = new BroadcastChannel(threadChannel(thread.threadId))
    const member = this.member(id, (message) => channel.postMessage(wrap(message)))
    channel.onmessage = (event: unknown) => {
      const message = unwrap<FromWorker>(Reflect.get(Object(event), 'data'))
      if (message !== undefined) this.heard(member, message)
    }
    channel.unref()
    thread.once('exit', () => {
      this.gone(id)
      // Its last words may still be on their way.
      this.parts.schedule(() => channel.close(), deadlineMs)
    })
  }

  private addProcess(id: string, child: ChildProcess): void {
    if (this.watched.has(child)) return
    this.watched.add(child)
    const member = this.member(id, (message) => {
      if (child.connected) child.send(wrap(message), undefined, {}, () => {})
    })
    child.on('internalMessage', (wrapped: unknown) => {
      const message = unwrap<FromWorker>(wrapped)
      if (message !== undefined) this.heard(member, message)
    })
    member.post({ kind: 'who' })
  }

  private member(id: string, post: (message: FromPrimary) => void): Member {
    return { id, post, answered: undefined, settle: () => {} }
  }

  private heard(member: Member, message: FromWorker): void {
    try {
      if (message.kind === 'hello') {
        this.members.set(member.id, member)
        member.post({ kind: 'here' })
        if (this.isCollecting) this.adopt(member)
      } else if (message.kind === 'part') this.take(member, message.turn, message.metrics)
      else if (message.kind === 'told') this.eachLevels((levels) => levels.told(member.id, message.turn))
      else if (message.kind === 'answer') member.settle()
      else if (message.kind === 'scrape') void this.scrape(member, message)
      else this.gone(member.id)
    } catch (thrown) {
      this.parts.report(`Cannot take the metrics of worker ${member.id}: ${String(thrown)}`)
    }
  }

  private adopt(member: Member): void {
    member.post({ kind: 'adopt', nodeNames: this.targets.has(nodeNamesScope), pushes: this.pushes })
  }

  /** A worker was scraped: whoever is asked, the answer is of all. */
  private async scrape(member: Member, asked: Extract<FromWorker, { kind: 'scrape' }>): Promise<void> {
    const { request, dialect } = asked
    const say = (chunk: string, isLast: boolean) => member.post({ kind: 'scraped', request, chunk, isLast })
    try {
      this.begin(false)
      if (asked.nodeNames && !this.targets.has(nodeNamesScope)) this.addNodeNames(openNodeNames(this.parts.report))
      this.exposition ??= new Exposition(
        Array.from(this.targets.values(), ({ metering }) => metering),
        this.parts.report,
      )
      for await (const slice of this.exposition.chunks(dialect)) say(Buffer.concat(slice).toString('base64'), false)
    } catch (thrown) {
      this.parts.report(`Cannot answer the scrape of worker ${member.id}: ${String(thrown)}`)
    }
    say('', true)
  }

  private take(member: Member, turn: number, metrics: readonly WireMetric[]): void {
    this.eachLevels((levels) => levels.begin(member.id, turn))
    for (const metric of metrics) {
      const target = this.targets.get(metric.scope[0] === nodeNamesScope ? nodeNamesScope : '')
      if (target !== undefined) takeMetric({ ...target, report: this.parts.report }, metric, member.id)
    }
    // Last words: it is gone already, and only what it counted stays.
    if (!this.members.has(member.id)) this.eachLevels((levels) => levels.gone(member.id))
  }

  /** Counts and sums of it stay; its gauges do not. */
  private gone(id: string): void {
    this.members.get(id)?.settle()
    this.members.delete(id)
    this.eachLevels((levels) => levels.gone(id))
  }

  /** Asks all at the same time; resolves when all have answered or the time is over. */
  private async pull(): Promise<void> {
    if (!this.isCollecting || this.members.size === 0) return
    const members = [...this.members.values()]
    const asked = members.map((member) => this.ask(member))
    let isOver = false
    await Promise.race([
      Promise.all(asked),
      new Promise<void>((resolve) => {
        const timer = setTimeout(() => {
          isOver = true
          resolve()
        }, deadlineMs)
        void Promise.all(asked).then(() => clearTimeout(timer))
      }),
    ])
    const silent = members.filter(({ answered }) => answered !== undefined)
    this.silentLast = silent.length
    this.answeredLast = members.length - silent.length
    if (!isOver) return
    for (const { id } of silent)
      this.parts.report(`Worker ${id} did not answer within ${deadlineMs} ms: its metrics are those of its last answer`)
  }

  private ask(member: Member): Promise<void> {
    member.answered ??= new Promise<void>((resolve) => {
      member.settle = () => {
        member.answered = undefined
        resolve()
      }
      const nodeNames = this.targets.has(nodeNamesScope)
      member.post({ kind: 'collect', request: ++this.requests, nodeNames, pushes: this.pushes })
    })
    return member.answered
  }

  private addTarget(scopeName: string, metering: Metering): void {
    if (this.targets.has(scopeName)) return
    const levels = new Levels(metering)
    metering.after.add(() => levels.put())
    this.targets.set(scopeName, { metering, levels })
  }

  private eachLevels(run: (levels: Levels) => void): void {
    for (const { levels } of this.targets.values()) run(levels)
  }
}
