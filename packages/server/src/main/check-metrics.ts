import type { Dialect } from '../ingest/exposition/exposition.ts'
import { lintExposition } from '../ingest/exposition/lint.ts'
import { readExposition } from '../ingest/exposition/read-exposition.ts'

export type CheckedMetrics = { samples: number; families: number } & (
  | { refused: string }
  | { problems: readonly { metric: string; text: string }[] }
)

/**
 * Holds an exposition to every rule of its format, and then to those of good metrics. Without a dialect, what ends in
 * `# EOF` is OpenMetrics.
 */
export function checkMetrics(text: string, dialect: Dialect | undefined): CheckedMetrics {
  const spoken = dialect ?? (/(?:^|\n)# EOF\n?$/.test(text) ? 'openmetrics' : 'text')
  const read = readExposition(text, spoken, true)
  if ('refused' in read) return { samples: 0, families: 0, refused: read.refused }
  const problems = lintExposition(read, spoken).filter(
    // There the suffix is the format's own.
    ({ text: problem }) => spoken === 'text' || !problem.startsWith('counter metrics should'),
  )
  return { samples: read.samples.length, families: read.metadata.size, problems }
}
