import { isUtf8 } from 'node:buffer'
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
export function checkMetrics(bytes: Uint8Array, dialect: Dialect | undefined): CheckedMetrics {
  if (!isUtf8(bytes)) return { samples: 0, families: 0, refused: 'Cannot read the exposition: it is not UTF-8' }
  const text = Buffer.from(bytes).toString()
  const spoken = dialect ?? (/(?:^|\n)# EOF\n?$/.test(text) ? 'openmetrics' : 'text')
  const read = readExposition(text, spoken, true)
  if ('refused' in read) return { samples: 0, families: 0, refused: read.refused }
  const problems = lintExposition(read, spoken).filter(
    // There the suffix is the format's own.
    ({ text: problem }) => spoken === 'text' || !problem.startsWith('counter metrics should'),
  )
  return { samples: read.samples.length, families: read.metadata.size, problems }
}
