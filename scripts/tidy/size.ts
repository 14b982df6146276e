import { Visitor } from 'oxc-parser'
import type { Finding, Source } from './read-sources.ts'

const functionLinesMax = 70
const fileLinesUsual = 450
const longFilesShareMax = 0.05

/** Functions longer than a screen. Tests are let off: a `describe` is a list, not a function one reads. */
export function findLongFunctions(sources: readonly Source[]): Finding[] {
  const findings: Finding[] = []
  for (const { path, program, isTest, lineOf } of sources) {
    if (isTest) continue
    const measure = ({ start, end }: { start: number; end: number }): void => {
      const lines = lineOf(end) - lineOf(start) + 1
      if (lines > functionLinesMax)
        findings.push({
          path,
          line: lineOf(start),
          sentence: `a function of ${lines} lines; ${functionLinesMax} fit on a screen`,
        })
    }
    new Visitor({ FunctionDeclaration: measure, FunctionExpression: measure, ArrowFunctionExpression: measure }).visit(
      program,
    )
  }
  return findings
}

/** A parser may be long, but only 5 % of the files may. */
export function checkFileSizes(sources: readonly Source[]): Finding[] {
  const long = sources.filter(({ text }) => text.split('\n').length > fileLinesUsual)
  if (long.length <= sources.length * longFilesShareMax) return []
  return long.map(({ path }) => ({
    path,
    line: 1,
    sentence: `over ${fileLinesUsual} lines, as are ${long.length} of ${sources.length} files; ${longFilesShareMax * 100} % may be`,
  }))
}
