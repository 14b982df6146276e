import { Gate } from '../base/gate.ts'
import { GroupLoop, type LoopParts } from './group-loop.ts'
import { restoreGroup } from './restore.ts'
import { groupKey, type RuleGroup } from './rule-file.ts'
import { type GroupWorld, RunningGroup } from './running-group.ts'

export type AlertingParts = GroupWorld & {
  nowUnixMs: () => number
  /** Of groups that give no interval. */
  evaluationIntervalMs: number
  onFault: (error: unknown) => void
}

export type AlertingCounts = {
  groups: number
  rules: number
  evaluations: number
  failures: number
  missed: number
  pending: number
  firing: number
}

/** So that many groups that are due at once leave room for those who look at pages. */
const groupsAtOnce = 2

/** All groups of rules that run. */
export class Alerting {
  readonly #parts: AlertingParts
  readonly #gate = new Gate(groupsAtOnce)
  #loops: readonly GroupLoop[] = []
  #isFirst = true
  /** Of groups that are there no longer: counters never fall. */
  #past = { evaluations: 0, failures: 0, missed: 0 }

  constructor(parts: AlertingParts) {
    this.#parts = parts
  }

  /** By file, and there by name. */
  groups(): readonly RunningGroup[] {
    return this.#loops.map(({ group }) => group)
  }

  /** Takes other groups over: what stays the same goes on undisturbed, what changed goes on where it was. */
  async replace(groups: readonly RuleGroup[]): Promise<void> {
    const before = new Map(this.#loops.map((loop) => [groupKey(loop.group.group), loop]))
    const next: GroupLoop[] = []
    const started: GroupLoop[] = []
    for (const group of groups) {
      const was = before.get(groupKey(group))
      if (was !== undefined && JSON.stringify(was.group.group) === JSON.stringify(group)) {
        before.delete(groupKey(group))
        next.push(was)
        continue
      }
      const usual = { intervalMs: this.#parts.evaluationIntervalMs, isRestored: !this.#isFirst }
      const running = new RunningGroup(group, this.#parts, usual)
      // Nobody may evaluate a group before who did so has ended.
      await was?.stop()
      if (was !== undefined) running.adopt(was.group)
      const loop = new GroupLoop(running, this.#loopParts())
      if (was !== undefined) loop.missed = was.missed
      before.delete(groupKey(group))
      next.push(loop)
      started.push(loop)
    }
    for (const ended of before.values()) await this.#end(ended)
    this.#loops = next.sort((a, b) => (order(a) < order(b) ? -1 : 1))
    this.#isFirst &&= groups.length === 0
    for (const loop of started) loop.start()
  }

  #loopParts(): LoopParts {
    const { nowUnixMs, onFault, ask, report } = this.#parts
    return {
      nowUnixMs,
      onFault,
      inTurn: (run) => this.#gate.run(run),
      restore: async (group, nowMs) => {
        for (const error of await restoreGroup(group, nowMs, ask)) report(error)
      },
    }
  }

  async #end(loop: GroupLoop): Promise<void> {
    await loop.stop()
    const { evaluations, failures, missed } = countsOf(loop)
    this.#past.evaluations += evaluations
    this.#past.failures += failures
    this.#past.missed += missed
    const error = await loop.group.end(this.#parts.nowUnixMs())
    if (error !== '')
      this.#parts.report(`Cannot mark the series of the rules "${loop.group.group.name}" as ended: ${error}`)
  }

  counts(): AlertingCounts {
    const all = this.#loops.map(countsOf)
    const sum = (name: keyof ReturnType<typeof countsOf>): number => all.reduce((total, each) => total + each[name], 0)
    return {
      groups: this.#loops.length,
      rules: sum('rules'),
      evaluations: this.#past.evaluations + sum('evaluations'),
      failures: this.#past.failures + sum('failures'),
      missed: this.#past.missed + sum('missed'),
      pending: sum('pending'),
      firing: sum('firing'),
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#loops.map((loop) => loop.stop()))
  }
}

const order = ({ group: { group } }: GroupLoop): string => `${group.file}\u0000${group.name}`

function countsOf({ group: { rules }, missed }: GroupLoop) {
  const phases = rules.flatMap(({ alerts }) => [...alerts.values()].map(({ phase }) => phase))
  return {
    rules: rules.length,
    evaluations: rules.reduce((sum, each) => sum + each.evaluations, 0),
    failures: rules.reduce((sum, each) => sum + each.failures, 0),
    missed,
    pending: phases.filter((phase) => phase === 'pending').length,
    firing: phases.filter((phase) => phase === 'firing').length,
  }
}
