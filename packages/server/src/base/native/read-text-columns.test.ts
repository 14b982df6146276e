import { Session } from 'chdb'
import { afterAll, expect, test } from 'vitest'
import { readTextColumns, type TextColumns } from './read-text-columns.ts'

const session = new Session()
afterAll(() => session.close())

const read = async (sql: string): Promise<TextColumns> =>
  readTextColumns((await session.queryAsync(sql, { format: 'Native' })).bytes())
const json = async (sql: string): Promise<unknown[]> => {
  const text = (await session.queryAsync(sql, { format: 'JSONEachRow' })).text()
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
}

const long = 'x'.repeat(300)
test.each([
  ["SELECT toString(number) AS t, ['a', toString(number)] AS l FROM numbers(500)"],
  ["SELECT 'Grüße ' || toString(number) AS t, ['\u{1f600}', ''] AS l FROM numbers(3)"],
  [`SELECT '${long}' || toString(number) AS t, arrayMap(n -> '${long}', range(number)) AS l FROM numbers(3)`],
  ["SELECT CAST(toString(number % 700), 'LowCardinality(String)') AS t, ['k'] AS l FROM numbers(1000)"],
  ["SELECT 'a' AS t, CAST([toString(intDiv(number, 3)), 'k'], 'Array(LowCardinality(String))') AS l FROM numbers(9)"],
  ["SELECT 'a' AS t, CAST([], 'Array(LowCardinality(String))') AS l FROM numbers(2)"],
  [
    "SELECT toString(number) AS t, mapKeys(CAST(map('k', 'v', 'n', t), 'Map(LowCardinality(String), String)')) AS l FROM numbers(30) SETTINGS max_block_size = 7",
  ],
  ["SELECT 'a' AS t, ['b'] AS l WHERE false"],
])('columns of texts are read as JSON has them: %s', async (sql) => {
  const columns = await read(sql)
  const [texts, words, lists] = [columns.texts('t'), columns.words('l'), columns.lists('l')]
  const all = Array.from({ length: columns.rows }, (_, i) => ({ t: texts[i], l: words[i] ?? lists.list(i) }))
  expect(all).toEqual(await json(sql))
  expect(columns.texts('none')).toEqual([])
})

test('rows with the same words one after the other share their list', async () => {
  const { words } = await read("SELECT CAST(['k', 'n'], 'Array(LowCardinality(String))') AS l FROM numbers(2)")
  expect(words('l')[0]).toBe(words('l')[1])
})

test('a text of a list is looked up alone, and is empty where the list is not that long', async () => {
  const sql = "SELECT ['a' || toString(number), ''] AS l FROM numbers(5) SETTINGS max_block_size = 2"
  const lists = (await read(sql)).lists('l')
  expect([lists.text(4, 0), lists.text(4, 1), lists.text(3, 2), lists.text(9, 0)]).toEqual(['a4', '', '', ''])
  expect([lists.hasText(4, 0), lists.hasText(4, 1), lists.hasText(3, 2)]).toEqual([true, false, false])
  expect((await read(sql)).lists('none').list(0)).toEqual([])
})

test.each([['SELECT 1 AS number'], ['SELECT [1] AS numbers']])('other columns are refused: %s', async (sql) => {
  await expect(read(sql)).rejects.toThrow('is no column of texts')
})

test('a torn block is refused', async () => {
  const bytes = (await session.queryAsync("SELECT 'text' AS t", { format: 'Native' })).bytes()
  expect(() => readTextColumns(bytes.subarray(0, bytes.length - 1))).toThrow('Cannot read a block')
})
