import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defaultEvaluateOptions } from '../packages/server/src/query/promql/evaluate/options.ts'
import { defaultParseOptions } from '../packages/server/src/query/promql/parse/options.ts'
import { readScript } from '../packages/server/src/query/promql/script/read-script.ts'
import { runScript, type ScriptHome } from '../packages/server/src/query/promql/script/run-script.ts'
import { openPromqlStore } from './promql-store.ts'
import { type Case, caseOf, problemOfError } from './suite.ts'

/** Prometheus' own evaluation tests. What its README calls experimental, native histograms too, is counted apart. */
const experimentalFiles = new Set(
  (
    'duration_expression limit extended_vectors fill-modifier info name_label_dropping start_timestamps ' +
    'type_and_unit native_histograms'
  ).split(' '),
)

/**
 * The upstream engine runs them so, over a storage that keeps starts of floats alone: its scripts say what that gives. Each case is asked of
 * the plain evaluator over memory, and of it over the store.
 */
const run = {
  parse: defaultParseOptions,
  evaluate: { ...defaultEvaluateOptions, delayedNameRemoval: true },
  histogramStarts: false,
}

export async function runPromql(directory: string): Promise<Case[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.test')).sort()
  const store = await openPromqlStore()
  try {
    const cases: Case[] = []
    for (const file of files) {
      const found = runFile(directory, file, store.homes)
      cases.push(...(await found.catch((error: unknown) => [caseOf(file, problemOfError(error))])))
    }
    return cases
  } finally {
    await store.close()
  }
}

async function runFile(directory: string, file: string, homes: readonly ScriptHome[]): Promise<Case[]> {
  for (const home of homes) home.clear()
  const isExperimental = experimentalFiles.has(file.split('.')[0] ?? '')
  const commands = readScript(await readFile(join(directory, file), 'utf8'))
  if ('error' in commands) return [caseOf(`${file}:${commands.line}`, commands.error, isExperimental)]
  const results = await runScript(commands, { ...run, homes })
  return results.map(({ line, query, problem, usesHistograms }) =>
    caseOf(`${file}:${line} ${query}`, problem, isExperimental || usesHistograms),
  )
}
