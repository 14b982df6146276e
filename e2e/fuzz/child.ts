import { type Fuzzed, fuzzTarget } from './run-target.ts'
import { targets } from './targets.ts'

/** Fuzzes one target in a process of its own, which can be killed when it hangs and has a small heap. */
export type ChildMessage = { done: number; rssBytes: number } | { fuzzed: Fuzzed; cpuMs: number; rssBytes: number }

const [name = '', executions = '0', seed = '0'] = process.argv.slice(2)
const target = targets.find((each) => each.name === name)
if (target === undefined) throw new Error(`there is no target "${name}"`)
const send = (message: ChildMessage): void => void process.send?.(message)
const fuzzed = fuzzTarget(target, {
  executions: Number(executions),
  seed: Number(seed),
  progress: (done) => send({ done, rssBytes: process.memoryUsage.rss() }),
})
const { user, system } = process.cpuUsage()
send({ fuzzed, cpuMs: (user + system) / 1000, rssBytes: process.memoryUsage.rss() })
process.disconnect()
