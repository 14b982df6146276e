import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isRefused } from '../packages/server/src/base/refused.ts'
import { compileMatch } from '../packages/server/src/query/search/condition-match.ts'
import { readSearch } from '../packages/server/src/query/search/read-search.ts'
import { openTestWorld, type TestWorld } from '../packages/server/src/query/test-world/world.case.ts'
import { regexSample } from './regex-sample.ts'
import { type Case, tryCase } from './suite.ts'

/**
 * Lucene's queries, as far as the syntax is ours too: each is read, run by the real engine over a corpus made of its own
 * words, and must find what live tail finds, which is another implementation of the same language; and of a
 * corpus so made something must be found by every query that does not deny all.
 */
export async function runLogQuery(directory: string): Promise<Case[]> {
  const queries: string[] = JSON.parse(await readFile(join(directory, 'lucene-queries.json'), 'utf8'))
  const corpus = corpusOf(queries)
  const world = await openTestWorld()
  try {
    insert(world, corpus)
    const cases: Case[] = []
    for (const [index, q] of queries.entries()) {
      const name = `${index + 1}: ${q}`
      const foreign = foreignSyntax.find(({ pattern }) => pattern.test(q))
      const problem = () => (foreign === undefined ? problemOf(world, q, corpus) : { skipped: foreign.reason })
      cases.push(await tryCase(name, problem))
    }
    return cases
  } finally {
    await world.close()
  }
}

/** What Lucene means by a sign that in log lines is most often only a sign. */
const foreignSyntax: readonly { pattern: RegExp; reason: string }[] = [
  { pattern: /(?<!\\)~[\d.]|(?<!\\)~(?=\s|$)/, reason: 'likeness of words is no part of our language' },
  { pattern: /^[^"/]*\w\?\w/, reason: "'?' stands in most addresses and is a plain character; '*' is the wildcard" },
  { pattern: /:[<>]?=?now\b/, reason: 'times are given by the range that is asked, not in the search' },
  {
    pattern: /(?<!\b(?:body|message)):\([^()*<>]*(?:\+[^()*<>]*\s\+|\s(?:AND|&&)\s+(?!NOT\b|[-!]))[^()*<>]*\)/,
    reason: 'an attribute has one value, compared whole: two are not both it',
  },
  { pattern: /[\w.]:(?=\s*$)/, reason: 'a key without a value is refused with a sentence; key:* asks for the key' },
]

type Attribute = [key: string, value: string]
/** What our language keeps in columns, `service` and `level`, is among the attributes until it is written. */
type Line = { body: string; attributes: Attribute[] }

/** Lines of the words of each query, together and alone, of what its regular expressions find, and of its keys with their values; and one of none. */
function corpusOf(queries: readonly string[]): Line[] {
  const lines: Line[] = [{ body: 'nothing of all that', attributes: [] }]
  for (const query of queries) {
    const body = unescaped(query)
    const words = body.split(/[^\w.-]+/).filter((word) => word !== '')
    const attributes = attributesOf(query)
    // A line has a key once.
    const together = [...new Map(attributes)]
    lines.push(
      { body, attributes: [] },
      { body, attributes: together },
      { body: words.toReversed().join(' '), attributes: [] },
    )
    for (const [, pattern = ''] of query.matchAll(regexWords)) words.push(regexSample(pattern) ?? '')
    for (const word of words) lines.push({ body: word, attributes: [] })
    for (const attribute of attributes) lines.push({ body: '', attributes: [attribute] })
  }
  return lines
}

const unescaped = (text: string): string => text.replace(/\\(.)/g, '$1')
const regexWords = /(?<=^|[\s(:])\/((?:\\\S|[^\\/\s])+)\/(?=[\s)]|$)/g
const valuePattern = String.raw`\/(?:\\\S|[^\\/\s])+\/(?=[\s)]|$)|"(?:\\.|[^"\\])*"|(?:\\.|[^\s\](){}"])+`
const keyed = new RegExp(
  String.raw`((?:[\w.]|\\.)(?:[\w.-]|\\.)*):\s*(?:\(((?:[^()]|\([^()]*\))*)\)|[[{]?(?:-(?="))?([<>]?=?)(${valuePattern})(?:\s+TO\s+(${valuePattern}))?)`,
  'g',
)

/** What a value that is a regular expression finds. */
function regexText(value: string): string | undefined {
  const pattern = /^\/(.+)\/$/.exec(value)?.[1]
  return pattern === undefined ? undefined : regexSample(pattern)
}

function attributesOf(query: string): Attribute[] {
  return [...query.matchAll(keyed)].flatMap(([, key = '', group = '', comparison = '', value = '', to = '']) => {
    const grouped = (group.match(new RegExp(valuePattern, 'g')) ?? []).map((one) => one.replace(/^[-+!]+/, ''))
    const written = [...grouped, value, to].map((one) => one.replace(/^[<>]=?/, '')).filter((one) => one !== '')
    const texts = written.map((one) => regexText(one) ?? unescaped(one.replace(/^"|"$/g, '')))
    if (comparison !== '' || /[<>]/.test(group)) texts.push(...written.flatMap((one) => beside(Number(one))))
    if (to !== '') texts.push(between(value, to))
    return texts.map((text): Attribute => [unescaped(key), text])
  })
}

/** Of a number that is compared with: one on each side of it. */
const beside = (value: number): string[] => (Number.isNaN(value) ? [] : [String(value - 1), String(value + 1)])

function between(from: string, to: string): string {
  const middle = (Number(from) + Number(to)) / 2
  return Number.isNaN(middle) ? `${from}0` : String(middle)
}

const levels: Readonly<Record<string, number>> = { trace: 1, debug: 5, info: 9, warn: 13, error: 17, fatal: 21 }

/** The line as it is stored: columns, and the attributes that are none. */
function columnsOf({ body, attributes }: Line) {
  const given = (key: string): string => attributes.find(([name]) => name === key)?.[1] ?? ''
  return {
    body,
    service: given('service'),
    severity: levels[given('level').toLowerCase()] ?? 0,
    attributes: attributes.filter(([key]) => key !== 'service' && key !== 'level'),
  }
}

const startMs = Date.UTC(2026, 0, 5)
const hex = (text: string): string => `unhex('${Buffer.from(text).toString('hex')}')`

function insert(world: TestWorld, lines: readonly Line[]): void {
  const rows = lines.map(columnsOf).map(({ body, service, severity, attributes }, index) => {
    const pairs = attributes.map(([key, value]) => `(${hex(key)}, ${hex(value)})`).join(', ')
    return `(fromUnixTimestamp64Milli(${startMs + index}, 'UTC'), ${hex(service)}, ${severity}, ${hex(body)}, CAST([${pairs}], 'Map(LowCardinality(String), String)'))`
  })
  world.insert(`INSERT INTO logs (ts, service, severity, body, attributes) VALUES ${rows.join(', ')}`)
}

async function problemOf({ query }: TestWorld, q: string, lines: readonly Line[]): Promise<string> {
  const condition = readSearch('logs', q)
  if ('refused' in condition) return condition.message
  const range = { fromMs: startMs, toMs: startMs + lines.length }
  const answer = await query.logs({ ...range, q, order: 'oldest', limit: 5000 }, {})
  if (isRefused(answer)) return answer.message
  const stored = answer.records.map((record) => Number(BigInt(record.timeUnixNano) / 1_000_000n) - startMs)
  const match = compileMatch(condition)
  const followed = lines.flatMap((line, index) => (match(matchRow(line)) ? [index] : []))
  if (stored.join() !== followed.join()) return `the store finds lines ${stored}, live tail ${followed}`
  if (stored.length === 0) return 'it finds nothing among lines made of its own words'
  const isAll = ['', '*', '*:*'].includes(q.trim())
  return stored.length === lines.length && !isAll ? 'it finds every line' : ''
}

function matchRow(line: Line): Parameters<ReturnType<typeof compileMatch>>[0] {
  const { body, service, severity, attributes } = columnsOf(line)
  const texts: Readonly<Record<string, string>> = { body, service }
  return {
    text: (column) => texts[column] ?? '',
    number: (column) => (column === 'severity' ? severity : 0),
    id: (column) => '0'.repeat(column === 'trace_id' ? 32 : 16),
    attributes,
    resource: [],
    scope: { name: '', version: '', attributes: [] },
    events: [],
    links: [],
  }
}
