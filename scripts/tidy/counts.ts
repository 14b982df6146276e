import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Visitor } from 'oxc-parser'
import { type Finding, root, type Source } from './read-sources.ts'

/**
 * What weakens the compiler's promises is counted in scripts/counts.json, and may only fall: a change that adds one
 * takes another away, or says in review why the file must be renewed upwards.
 */

const path = 'scripts/counts.json'
const disabling = /biome-ignore|oxlint-disable|eslint-disable|@ts-(ignore|expect-error|nocheck)/

export type Counts = { any: number; as: number; nonNull: number; disabledLint: number; longFunctions: number }

export function countAll(sources: readonly Source[], longFunctions: number): Counts {
  const counts: Counts = { any: 0, as: 0, nonNull: 0, disabledLint: 0, longFunctions }
  const visitor = new Visitor({
    TSAnyKeyword: () => {
      counts.any++
    },
    TSNonNullExpression: () => {
      counts.nonNull++
    },
    TSAsExpression: ({ typeAnnotation: type }) => {
      const isConst =
        type.type === 'TSTypeReference' && type.typeName.type === 'Identifier' && type.typeName.name === 'const'
      if (!isConst) counts.as++
    },
  })
  for (const { program, comments } of sources) {
    visitor.visit(program)
    counts.disabledLint += comments.filter(({ value }) => disabling.test(value)).length
  }
  return counts
}

export function checkCounts(counts: Counts): Finding[] {
  const kept: Partial<Counts> = JSON.parse(readFileSync(join(root, path), 'utf8'))
  const findings: Finding[] = []
  for (const [name, count] of Object.entries(counts)) {
    const limit = Object.entries(kept).find(([key]) => key === name)?.[1] ?? 0
    if (count > limit)
      findings.push({ path, line: 1, sentence: `${name}: ${count}, and it may only fall (${limit} are kept)` })
    else if (count < limit)
      console.log(`${name} fell from ${limit} to ${count}: keep it with "npm run tidy -- --keep-counts"`)
  }
  return findings
}

export function keepCounts(counts: Counts): void {
  writeFileSync(join(root, path), `${JSON.stringify(counts, null, 2)}\n`)
  console.log(`kept in ${path}: ${JSON.stringify(counts)}`)
}
