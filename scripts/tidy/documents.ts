import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Finding, root, type Source } from './read-sources.ts'

/** Doc comments at the doors, and links between the pages. */

/** Every export of these has one sentence at least; of the SDK's index, what it hands on from other files too. */
const seams = [
  'packages/sdk/src/index.ts',
  'packages/server/src/store/store.ts',
  'packages/server/src/ingest/decode/decode.ts',
]

export function checkDocComments(sources: readonly Source[]): Finding[] {
  const byPath = new Map(sources.map((source) => [source.path, source]))
  return seams.flatMap((path) => {
    const source = byPath.get(path)
    return source ? undocumented(source, undefined, byPath) : []
  })
}

/** Exports of a file without a comment right before them; `only` names those that matter. */
function undocumented(
  source: Source,
  only: readonly string[] | undefined,
  byPath: ReadonlyMap<string, Source>,
): Finding[] {
  const findings: Finding[] = []
  for (const node of source.program.body) {
    if (node.type === 'ExportNamedDeclaration' && node.source) {
      const target = byPath.get(join(dirname(source.path), node.source.value))
      const names = node.specifiers.flatMap(({ local }) => (local.type === 'Identifier' ? local.name : []))
      if (target)
        findings.push(
          ...undocumented(
            target,
            names.filter((name) => only?.includes(name) ?? true),
            byPath,
          ),
        )
    } else if (node.type === 'ExportNamedDeclaration' && node.declaration) {
      const names = declaredNames(node.declaration).filter((name) => only?.includes(name) ?? true)
      const documented = source.comments.some(
        ({ type, value, end }) =>
          end <= node.start &&
          type === 'Block' &&
          value.startsWith('*') &&
          source.text.slice(end, node.start).trim() === '',
      )
      if (names.length > 0 && !documented)
        findings.push({
          path: source.path,
          line: source.lineOf(node.start),
          sentence: `${names.join(', ')}: no doc comment`,
        })
    }
  }
  return findings
}

type Declaration = NonNullable<
  Extract<Source['program']['body'][number], { type: 'ExportNamedDeclaration' }>['declaration']
>

function declaredNames(declaration: Declaration): string[] {
  if (declaration.type === 'VariableDeclaration')
    return declaration.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? id.name : []))
  return 'id' in declaration && declaration.id?.type === 'Identifier' ? [declaration.id.name] : []
}

export function checkLinks(files: readonly string[]): Finding[] {
  return files.filter((path) => path.endsWith('.md')).flatMap(deadLinks)
}

function deadLinks(path: string): Finding[] {
  const findings: Finding[] = []
  const text = readFileSync(join(root, path), 'utf8').replace(/```[\s\S]*?```/g, (code) => code.replace(/[^\n]/g, ' '))
  for (const { 1: link = '', index } of text.matchAll(/\]\(([^()\s]+)\)/g)) {
    if (/^[a-z]+:/.test(link)) continue
    const [file = '', heading] = link.split('#')
    const target = file === '' ? path : join(dirname(path), decodeURIComponent(file))
    const line = text.slice(0, index).split('\n').length
    if (!existsSync(join(root, target))) findings.push({ path, line, sentence: `dead link: ${link}` })
    else if (heading && target.endsWith('.md') && !headingsOf(target).includes(heading))
      findings.push({ path, line, sentence: `dead link: no heading "#${heading}" in ${target}` })
  }
  return findings
}

/** As GitHub names them. */
function headingsOf(path: string): string[] {
  const lines = readFileSync(join(root, path), 'utf8').match(/^#{1,6} .*$/gm) ?? []
  return lines.map((line) =>
    line
      .replace(/^#+ /, '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  )
}

/** Every dependency has its reason on one page. */
export function checkDependencies(files: readonly string[]): Finding[] {
  const page = 'docs/dependencies.md'
  const text = readFileSync(join(root, page), 'utf8')
  return files
    .filter((path) => /^(packages\/[^/]+\/|examples\/[^/]+\/)?package\.json$/.test(path))
    .flatMap((path) => {
      const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(join(root, path), 'utf8'))
      return Object.keys({ ...dependencies, ...devDependencies })
        .filter((name) => !text.includes(`\`${name}\``))
        .map((name) => ({ path, line: 1, sentence: `${name}: no reason for it in ${page}` }))
    })
}
