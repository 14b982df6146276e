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
  const [texts, lists] = [columns.texts('t'), columns.lists('l')]
  expect(Array.from({ length: columns.rows }, (_, i) => ({ t: texts[i], l: lists[i] }))).toEqual(await json(sql))
  expect(columns.texts('none')).toEqual([])
})

test('rows with the same words one after the other share their list', async () => {
  const { lists } = await read("SELECT CAST(['k', 'n'], 'Array(LowCardinality(String))') AS l FROM numbers(2)")
  expect(lists('l')[0]).toBe(lists('l')[1])
})

test.each([['SELECT 1 AS number'], ['SELECT [1] AS numbers']])('other columns are refused: %s', async (sql) => {
  await expect(read(sql)).rejects.toThrow('is no column of texts')
})

test('a torn block is refused', async () => {
  const bytes = (await session.queryAsync("SELECT 'text' AS t", { format: 'Native' })).bytes()
  expect(() => readTextColumns(bytes.subarray(0, bytes.length - 1))).toThrow('Cannot read a block')
})
