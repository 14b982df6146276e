import { checkCounts, countAll, keepCounts } from './tidy/counts.ts'
import { checkDependencies, checkDocComments, checkLinks } from './tidy/documents.ts'
import { checkGenerated } from './tidy/generated.ts'
import { checkCycles, checkLayers, checkParts, checkUnused, checkUnusedExports } from './tidy/imports.ts'
import { checkLockfile } from './tidy/lockfile.ts'
import { listFiles, readSources } from './tidy/read-sources.ts'
import { checkFileSizes, findLongFunctions } from './tidy/size.ts'
import { checkWords } from './tidy/words.ts'

/**
 * `npm run tidy [-- --keep-counts]`: the rules of the house that a script can check. A rule worth keeping gets a
 * check here; a rule without one is a wish.
 */

const files = listFiles()
const sources = readSources(files)
const longFunctions = findLongFunctions(sources)
const counts = countAll(sources, longFunctions.length)

if (process.argv.includes('--keep-counts')) keepCounts(counts)

const countFindings = checkCounts(counts)
const findings = [
  ...checkLayers(sources),
  ...checkParts(sources),
  ...checkCycles(sources),
  ...checkUnused(sources),
  ...checkUnusedExports(sources),
  ...checkFileSizes(sources),
  ...checkWords(sources, files),
  ...checkDocComments(sources),
  ...checkLinks(files),
  ...checkDependencies(files),
  ...checkGenerated(),
  ...checkLockfile(),
  ...countFindings,
  // Long functions are counted like the rest; they are listed when there are more of them than were.
  ...(countFindings.some(({ sentence }) => sentence.startsWith('longFunctions')) ? longFunctions : []),
]

for (const { path, line, sentence } of findings) console.log(`${path}:${line}: ${sentence}`)
console.log(`${files.length} files, ${sources.length} of them read; ${findings.length} findings`)
process.exitCode = findings.length > 0 ? 1 : 0
