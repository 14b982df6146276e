import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Comment, type ParseResult, parseSync } from 'oxc-parser'

/** Everything tidy looks at: the files git knows or would add, parsed once. Paths are from the root, with `/`. */

export const root = join(import.meta.dirname, '../..')

export type Source = {
  path: string
  text: string
  isTest: boolean
  program: ParseResult['program']
  comments: readonly Comment[]
  imports: readonly Import[]
  exports: readonly Export[]
  lineOf: (offset: number) => number
}

export type Import = {
  /** As written: './x.ts', 'node:fs', 'hono'. */
  request: string
  /** Path of the file it means, when that is one of ours. */
  target: string | undefined
  /** What is taken of it; 'all' where that cannot be told from this line. */
  names: readonly string[] | 'all'
  /** Gone when compiled. */
  typeOnly: boolean
  line: number
}

export type Export = { name: string; isType: boolean; line: number }

export type Finding = { path: string; line: number; sentence: string }

export function listFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root })
  return listed
    .toString()
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(root, path)))
}

export function readSources(files: readonly string[]): Source[] {
  return files
    .filter((path) => /\.(ts|tsx|mjs)$/.test(path))
    .map((path) => parseSource(path, readFileSync(join(root, path), 'utf8')))
}

export function parseSource(path: string, text: string): Source {
  const parsed = parseSync(path, text)
  const lineOf = lineFinder(text)
  return {
    path,
    text,
    isTest: /(\.(test|case)\.tsx?$)|^e2e\//.test(path),
    program: parsed.program,
    comments: parsed.comments,
    imports: readImports(path, text, parsed, lineOf),
    exports: readExports(parsed, lineOf),
    lineOf,
  }
}

function readImports(path: string, text: string, { module }: ParseResult, lineOf: Source['lineOf']): Import[] {
  const imports: Import[] = []
  const add = (request: string, names: Import['names'], typeOnly: boolean, offset: number): void => {
    imports.push({ request, target: resolveRequest(path, request), names, typeOnly, line: lineOf(offset) })
  }
  for (const { moduleRequest, entries, start } of module.staticImports)
    add(
      moduleRequest.value,
      namesOf(entries.map(({ importName }) => importName)),
      /^import\s+type\b/.test(text.slice(start, start + 20)),
      start,
    )
  for (const { entries, start } of module.staticExports) {
    const request = entries[0]?.moduleRequest?.value
    if (!request) continue
    const names = namesOf(entries.map(({ importName }) => importName))
    add(request, names, /^export\s+type\b/.test(text.slice(start, start + 20)), start)
  }
  for (const { moduleRequest, start } of module.dynamicImports) {
    const request = text.slice(moduleRequest.start, moduleRequest.end)
    if (/^['"]/.test(request)) add(request.slice(1, -1), 'all', false, start)
  }
  // Types may be taken in passing; workers and child processes are named by URL.
  for (const { 1: request = '', index } of text.matchAll(/\btypeof import\(['"](\.[^'"]+)['"]\)/g))
    add(request, 'all', true, index)
  for (const { 1: request = '', index } of text.matchAll(/new URL\(\s*['"](\.[^'"]+\.(?:ts|mjs))['"]/g))
    add(request, [], true, index)
  return imports
}

function namesOf(imported: readonly { kind: string; name: string | null }[]): Import['names'] {
  if (imported.some(({ kind }) => kind !== 'Name' && kind !== 'Default')) return 'all'
  return imported.map(({ name }) => name ?? 'default')
}

/** What the file declares itself. */
function readExports({ module }: ParseResult, lineOf: Source['lineOf']): Export[] {
  return module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest, exportName, isType, start }) =>
      moduleRequest === null ? { name: exportName.name ?? 'default', isType, line: lineOf(start) } : [],
    ),
  )
}

const packageDoors: Readonly<Record<string, string>> = {
  '@wakeline/protocol': 'packages/protocol/src/index.ts',
  '@wakeline/analysis': 'packages/analysis/src/index.ts',
  wakeline: 'packages/sdk/src/index.ts',
}

function resolveRequest(from: string, request: string): string | undefined {
  if (!request.startsWith('.')) return packageDoors[request]
  const path = join(dirname(from), request.replace(/\?.*$/, ''))
  return existsSync(join(root, path)) ? path : undefined
}

function lineFinder(text: string): (offset: number) => number {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => {
    let low = 0
    let high = starts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle
    }
    return low + 1
  }
}
