import { parseRegex, type Regex } from '../packages/server/src/query/search/regex.ts'

/** A text that the regular expression finds, if it asks for letters, digits and the like; undefined where it cannot be read. */
export function regexSample(pattern: string): string | undefined {
  const parsed = parseRegex(pattern)
  return 'refused' in parsed ? undefined : sample(parsed.root)
}

type Node = Regex['root']

function sample(node: Node): string {
  switch (node.is) {
    case 'set':
      return setSample(node)
    case 'sequence':
      return node.nodes.map(sample).join('')
    case 'choice':
      return node.nodes.slice(0, 1).map(sample).join('')
    case 'repeat':
      return sample(node.node).repeat(Math.min(node.max, Math.max(1, node.min)))
    case 'assert':
      return ''
  }
}

const readable = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./ '].map((char) =>
  char.charCodeAt(0),
)

function setSample({ ranges, negated }: Node & { is: 'set' }): string {
  const isIn = (code: number): boolean => ranges.some(([low, high]) => low <= code && code <= high) !== negated
  const found = readable.find(isIn) ?? ranges[0]?.[0]
  return found === undefined ? '' : String.fromCodePoint(found)
}
