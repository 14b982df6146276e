import { Visitor } from 'oxc-parser'
import type { Finding, Source } from './read-sources.ts'

/** Words that say nothing, or that this project has another word for (STYLE section 4). */
const refused = ['tag', 'field', 'transaction', 'monitor', 'manager', 'helper', 'util', 'misc']
/** Names for a file that could hold anything. Inside of one, what two things have in common may be called so. */
const refusedForFiles = [...refused, 'common']

/** Where the words are somebody else's. */
const exceptions: readonly { words: readonly string[]; paths: RegExp; why: string }[] = [
  {
    words: ['tag', 'field'],
    paths: /(encode|decode|protobuf|protocol\/src)\b/,
    why: 'the protobuf wire format calls its parts so',
  },
  {
    words: ['tag', 'field'],
    paths: /^conformance\/|zipkin|jaeger|\/api\/loki\//,
    why: "Jaeger's, Loki's and Zipkin's JSON call attributes so",
  },
  { words: ['manager', 'field'], paths: /^packages\/sdk\/src\/otel\//, why: 'names of @opentelemetry/api interfaces' },
]

export function checkWords(sources: readonly Source[], files: readonly string[]): Finding[] {
  const findings: Finding[] = []
  for (const path of files) {
    const word = refusedWord(path.replaceAll('/', '-'), path, refusedForFiles)
    if (word) findings.push({ path, line: 1, sentence: `"${word}" is not a word for a file name here` })
  }
  for (const { path, program, lineOf } of sources) {
    const check = (name: string, start: number): void => {
      const word = refusedWord(name, path, refused)
      if (word)
        findings.push({ path, line: lineOf(start), sentence: `"${name}": "${word}" is not a word to use in names` })
    }
    const checkNodes = (...nodes: ({ type: string; name?: unknown; start: number } | null)[]): void => {
      for (const node of nodes)
        if (node?.type === 'Identifier' && typeof node.name === 'string') check(node.name, node.start)
    }
    new Visitor({
      VariableDeclarator: ({ id }) => checkNodes(id),
      FunctionDeclaration: ({ id, params }) => checkNodes(id, ...params),
      FunctionExpression: ({ id, params }) => checkNodes(id, ...params),
      ArrowFunctionExpression: ({ params }) => checkNodes(...params),
      ClassDeclaration: ({ id }) => checkNodes(id),
      TSTypeAliasDeclaration: ({ id }) => checkNodes(id),
      TSInterfaceDeclaration: ({ id }) => checkNodes(id),
      TSPropertySignature: ({ key }) => checkNodes(key),
      PropertyDefinition: ({ key }) => checkNodes(key),
      MethodDefinition: ({ key }) => checkNodes(key),
    }).visit(program)
  }
  return findings
}

function refusedWord(name: string, path: string, refused: readonly string[]): string | undefined {
  const words = name.split(/[^A-Za-z]+|(?<=[a-z])(?=[A-Z])/).map((word) => word.toLowerCase().replace(/s$/, ''))
  return words.find(
    (word) =>
      refused.includes(word) && !exceptions.some(({ words, paths }) => words.includes(word) && paths.test(path)),
  )
}
