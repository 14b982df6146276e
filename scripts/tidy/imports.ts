import { doors, mayPassEveryDoor, type Part, parts } from '../layers.ts'
import type { Finding, Source } from './read-sources.ts'

/** Layers, import cycles, and files and exports nobody imports. */

export function checkLayers(sources: readonly Source[]): Finding[] {
  const findings: Finding[] = []
  for (const { path, imports, isTest } of sources) {
    const from = partOf(path)
    if (!from || isTest) continue
    for (const { request, target, line } of imports) {
      const sentence = target ? whyNotInside(from, target) : whyNotOutside(from, request)
      if (sentence) findings.push({ path, line, sentence })
    }
  }
  return findings
}

/** What is not there any more has no place in the table. */
export function checkParts(sources: readonly Source[]): Finding[] {
  return parts
    .filter(({ path }) => !sources.some((source) => source.path.startsWith(path)))
    .map(({ path }) => ({ path: 'scripts/layers.ts', line: 1, sentence: `there is no file in ${path}` }))
}

function partOf(path: string): Part | undefined {
  return parts.find((part) => path.startsWith(part.path))
}

function whyNotInside(from: Part, target: string): string {
  const to = partOf(target)
  if (to === from) return ''
  if (!to)
    return parts.some((part) => target.startsWith(part.path.split('/src/')[0] ?? ''))
      ? ''
      : `${from.name} may not import ${target}`
  if (!from.mayImport.includes(to.name)) return `${from.name} may not import ${to.name} (scripts/layers.ts)`
  const open = doors[to.name]
  if (!open || mayPassEveryDoor.includes(from.name) || open.some((door) => target === to.path + door)) return ''
  return `${from.name} may see only ${open.join(' and ')} of ${to.name}, not ${target}`
}

function whyNotOutside(from: Part, request: string): string {
  if (request.startsWith('.')) return ''
  const isNode = request.startsWith('node:')
  if (from.outside === 'nothing') return `${from.name} does no I/O and imports nothing from outside, not ${request}`
  return from.outside === 'no-node' && isNode ? `${from.name} runs in a browser, where there is no ${request}` : ''
}

/** Strongly connected files among what is imported when the program runs. */
export function checkCycles(sources: readonly Source[]): Finding[] {
  const edges = new Map(
    sources.map(({ path, imports }) => [
      path,
      imports.flatMap(({ target, typeOnly }) => (target && !typeOnly ? [target] : [])),
    ]),
  )
  const findings: Finding[] = []
  const done = new Set<string>()
  const visit = (path: string, trail: string[]): void => {
    const at = trail.indexOf(path)
    if (at >= 0) {
      findings.push({ path, line: 1, sentence: `import cycle: ${[...trail.slice(at), path].join(' -> ')}` })
      return
    }
    if (done.has(path)) return
    trail.push(path)
    for (const target of edges.get(path) ?? []) visit(target, trail)
    trail.pop()
    done.add(path)
  }
  for (const { path } of sources) visit(path, [])
  return findings
}

/** Where a program, a bundler or a person starts. */
const starts = [
  /\.(test|case)\.tsx?$/,
  /\.config\.ts$/,
  /^scripts\/[^/]+$/,
  /^packages\/[^/]+\/build\.ts$/,
  /^packages\/[^/]+\/src\/index\.ts$/,
  /^packages\/sdk\/src\/[^/]+\.ts$/,
  /^packages\/server\/src\/cli\.ts$/,
  /^packages\/ui\/src\/main\.tsx$/,
  // Its compiler wants imports without an ending.
  /^packages\/server\/wasm\//,
  /\.d\.ts$/,
  /^(e2e|bench|conformance)\/main\.ts$/,
  // Programs the benches start.
  /^(?:bench|e2e)\/peers\/|^bench\/(?:remote-write-sender|query-metrics-ours)\.ts$/,
  /\/fixtures\//,
  /^examples\/[^/]+\/src\//,
]

export function checkUnused(sources: readonly Source[]): Finding[] {
  const imported = new Set(sources.flatMap(({ imports }) => imports.flatMap(({ target }) => target ?? [])))
  return sources
    .filter(({ path }) => !imported.has(path) && !starts.some((start) => start.test(path)))
    .map(({ path }) => ({ path, line: 1, sentence: 'nobody imports this file' }))
}

/** What only its own file uses is not exported: the compiler says of that when nobody uses it any more. */
export function checkUnusedExports(sources: readonly Source[]): Finding[] {
  const taken = new Map<string, Set<string> | 'all'>()
  for (const { target, names } of sources.flatMap(({ imports }) => imports)) {
    if (!target) continue
    const before = taken.get(target)
    taken.set(target, names === 'all' || before === 'all' ? 'all' : new Set([...(before ?? []), ...names]))
  }
  return sources
    .filter(({ path }) => !starts.some((start) => start.test(path)))
    .flatMap(({ path, exports }) => {
      const names = taken.get(path)
      if (names === 'all') return []
      return exports
        .filter(({ name, isType }) => !isType && !names?.has(name))
        .map(({ name, line }) => ({ path, line, sentence: `nobody imports ${name}: it need not be exported` }))
    })
}
