import { printDuration, type ServiceProblemsAnswer } from '@wakeline/protocol'
import { visible } from './paint.ts'

/**
 *     N+1 calls · in 31 traces · could save 64 ms each
 *       GET /stock in inventory makes the same call 7 times, one after the other, in 66 ms: SELECT count FROM ...
 *       Ask for all of them in one call: ...
 *       trace 4bf92f3577b34da6a3ce929d0e0e4736, span 00f067aa0ba902b7
 *
 *     Looked at 200 of 12345 traces (4100 spans): the slowest, failed ones and others by chance.
 */
export function printProblems(answer: ServiceProblemsAnswer): string {
  const { problems, problemsTotal } = answer
  const texts = problems.map(({ name, sentence, advice, traces, savingNano = 0, examples }) => {
    const saves = savingNano > 0 ? ` · could save ${printDuration(savingNano)} each` : ''
    const head = `${name} · in ${traces} ${traces === 1 ? 'trace' : 'traces'}${saves}`
    const [first] = examples
    const example = first === undefined ? [] : [`  trace ${first.traceId}, span ${first.spanId}`]
    return [head, `  ${visible(sentence)}`, `  ${advice}`, ...example].join('\n')
  })
  const more = problemsTotal - problems.length
  return [
    ...texts,
    ...(more > 0 ? [`${more} more problems that cost less are not told.`] : []),
    (problems.length === 0 ? 'No problem was found. ' : '') + lookedAt(answer),
  ].join('\n\n')
}

function lookedAt({ tracesLookedAt, tracesTotal, spansLookedAt, tracesCut }: ServiceProblemsAnswer): string {
  const cut = tracesCut > 0 ? ` Of ${tracesCut} of them only the first spans.` : ''
  return `Looked at ${tracesLookedAt} of ${tracesTotal} traces (${spansLookedAt} spans): the slowest, failed ones and others by chance.${cut}`
}
