import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { ChildMessage } from './child.ts'
import { targets } from './targets.ts'

/**
 * `npm run e2e -- fuzz --executions N [--seed N]`: every decoder, each in a process of its own with a heap of 256 MiB. A
 * process that says nothing for a minute hangs; one that goes beyond its memory or dies has failed.
 */
const silenceMaxMs = 60_000
const heapMaxMiB = 256
/** The program and its corpus need about 150 MiB. */
const residentMaxBytes = 600 * 1024 * 1024
const atOnce = 2

type Outcome = {
  executions: number
  kept: number
  slowestMs: number
  cpuMs: number
  rssBytes: number
  failures: string[]
}

export async function runFuzz({
  executions,
  seed,
}: {
  executions: number
  seed: number
}): Promise<Record<string, number>> {
  const each = Math.ceil(executions / targets.length)
  const waiting = targets.map(({ name }) => name)
  const counts = { executions: 0, targets: targets.length, wrong: 0 }
  console.log(
    '| decoder | inputs | kept for a new outcome | slowest ms | CPU us each | resident MiB at most | failures |\n|---|--:|--:|--:|--:|--:|--:|',
  )
  const work = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const { failures, cpuMs, ...outcome } = await fuzzInChild(name, each, seed)
      counts.executions += outcome.executions
      counts.wrong += failures.length
      const cpuUs = ((cpuMs / Math.max(outcome.executions, 1)) * 1000).toFixed(1)
      const cells = [
        name,
        outcome.executions,
        outcome.kept,
        outcome.slowestMs.toFixed(0),
        cpuUs,
        (outcome.rssBytes / 1024 / 1024).toFixed(0),
        failures.length,
      ]
      console.log(`| ${cells.join(' | ')} |`)
      for (const failure of failures) console.error(`${name}: ${failure}`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return counts
}

function fuzzInChild(name: string, executions: number, seed: number): Promise<Outcome> {
  const child = fork(join(import.meta.dirname, 'child.ts'), [name, String(executions), String(seed)], {
    execArgv: [...process.execArgv, `--max-old-space-size=${heapMaxMiB}`],
  })
  const outcome: Outcome = { executions: 0, kept: 0, slowestMs: 0, cpuMs: 0, rssBytes: 0, failures: [] }
  return new Promise((resolve) => {
    let isDone = false
    const silent = (): void => {
      outcome.failures.push(`it hangs: nothing was heard since input ${outcome.executions} of seed ${seed}`)
      child.kill('SIGKILL')
    }
    let timer = setTimeout(silent, silenceMaxMs)
    child.on('message', (message: ChildMessage) => {
      clearTimeout(timer)
      timer = setTimeout(silent, silenceMaxMs)
      outcome.rssBytes = Math.max(outcome.rssBytes, message.rssBytes)
      if ('done' in message) outcome.executions = message.done
      else {
        isDone = true
        Object.assign(outcome, message.fuzzed, { cpuMs: message.cpuMs })
      }
    })
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      if (!isDone && outcome.failures.length === 0)
        outcome.failures.push(`it died (${signal ?? code}) after input ${outcome.executions} of seed ${seed}`)
      if (outcome.rssBytes > residentMaxBytes)
        outcome.failures.push(`it took ${outcome.rssBytes} bytes of memory and the limit is ${residentMaxBytes}`)
      resolve(outcome)
    })
  })
}
