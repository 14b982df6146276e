/** One case of a suite. `isExperimental`: counted apart, because it is another product's choice and not a rule. */
export type Case = { name: string; isExperimental: boolean } & (
  | { outcome: 'passed'; reason?: undefined }
  | { outcome: 'failed' | 'skipped'; reason: string }
)

/** Runs every case of a suite's own folder. */
export type Suite = (directory: string) => Promise<Case[] | Told>

/** With figures of its own, which stand in the summary as they are. */
export type Told = { cases: Case[]; figures: Record<string, unknown> }

/** What is wrong with a case; nothing: it has passed. Or why it says nothing about us. */
export type Problem = string | { readonly skipped: string }

export function caseOf(name: string, problem: Problem, isExperimental = false): Case {
  if (problem === '') return { name, isExperimental, outcome: 'passed' }
  return typeof problem === 'string'
    ? { name, isExperimental, outcome: 'failed', reason: problem }
    : { name, isExperimental, outcome: 'skipped', reason: problem.skipped }
}

/** A case that cannot be read or run has failed, with what was thrown; those beside it are run all the same. */
export async function tryCase(
  name: string,
  findProblem: () => Problem | Promise<Problem>,
  isExperimental = false,
): Promise<Case> {
  try {
    return caseOf(name, await findProblem(), isExperimental)
  } catch (error) {
    return caseOf(name, problemOfError(error), isExperimental)
  }
}

export const problemOfError = (error: unknown): string =>
  `cannot be run: ${error instanceof Error ? error.message : error}`
