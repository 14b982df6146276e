import { describeProblem, type ProblemFigures, problemAdvice, problemNames } from '@wakeline/analysis'
import { printDuration } from '@wakeline/protocol'
import { type Paint, visible } from './paint.ts'

/**
 *     N+1 calls · could save 64 ms · from span 00f067aa0ba902b7 on
 *       GET /stock in inventory makes the same call 7 times, one after the other, in 66 ms: SELECT count FROM ...
 *       Ask for all of them in one call: ...
 */
export function printProblem(problem: ProblemFigures, { paint, more }: { paint: Paint; more: string }): string[] {
  const { kind, savingNano = 0 } = problem
  const saves = savingNano > 0 ? ` · could save ${printDuration(savingNano)}` : ''
  return [
    `${paint('bold', problemNames[kind])}${saves} · ${more}`,
    `  ${visible(describeProblem(problem))}`,
    `  ${problemAdvice[kind]}`,
  ]
}
