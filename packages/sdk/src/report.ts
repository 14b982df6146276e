/** Says what went wrong with telemetry itself, on stderr, seldom: a sentence is repeated at most once a minute. */
export type Report = (sentence: string) => void

const repeatAfterMs = 60_000
const remembered = 200

export function openReport(write: (line: string) => void, nowMs: () => number): Report {
  const saidAtMs = new Map<string, number>()
  return (sentence) => {
    const now = nowMs()
    const before = saidAtMs.get(sentence)
    if (before !== undefined && now - before < repeatAfterMs) return
    if (saidAtMs.size >= remembered) saidAtMs.clear()
    saidAtMs.set(sentence, now)
    write(`wakeline: ${sentence}\n`)
  }
}

/** Straight to the file descriptor: works in every phase of the process, and a closed stderr is nobody's problem. */
export function writeStderr(line: string): void {
  try {
    process.getBuiltinModule('node:fs').writeSync(2, line)
  } catch {
    // There is nowhere left to say it.
  }
}
