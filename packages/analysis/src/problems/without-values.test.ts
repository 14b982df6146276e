import { expect, test } from 'vitest'
import { nameWithoutValues, pathWithoutValues, statementWithoutValues } from './without-values.ts'

test.each([
  [
    "SELECT * FROM t1 WHERE id IN (1, 2,3) AND name = 'O''Hara' -- mine",
    'SELECT * FROM t1 WHERE id IN (?) AND name = ?',
  ],
  ['INSERT INTO t (a, b) VALUES (1, 2), (3, 4)', 'INSERT INTO t (a, b) VALUES (?)'],
  [
    'SELECT a FROM t WHERE b = $1 AND c = :name AND d = @p1 AND e::text = ?',
    'SELECT a FROM t WHERE b = ? AND c = ? AND d = ? AND e::text = ?',
  ],
  ['SELECT "user"."id" FROM "user" LIMIT 10 OFFSET 1.5e3', 'SELECT "user"."id" FROM "user" LIMIT ? OFFSET ?'],
  ['/* app */ SELECT\n  1', 'SELECT ?'],
  ["SELECT 'never closed", 'SELECT ?'],
  ['{"find": "items", "filter": {"_id": "6a", "n": 12}}', '{"find": ?, "filter": {"_id": ?, "n": ?}}'],
])('the statement %j is %j', (statement, expected) => {
  expect(statementWithoutValues(statement)).toBe(expected)
})

test('a statement of no end takes no time', () => {
  expect(statementWithoutValues(`SELECT '${"\\'".repeat(1e6)}`).length).toBeLessThan(2001)
})

test.each([
  ['/users/123/orders/9f1c2e4a77?b=2&a=1#top', '/users/*/orders/*?a&b'],
  ['/users/0f8fad5b-d9cb-469f-a165-70867728950e', '/users/*'],
  ['/api/v1/items', '/api/v1/items'],
  ['/products/MUG-BLUE', '/products/MUG-BLUE'],
  ['/files/report-2024-11.pdf', '/files/*'],
  ['', ''],
])('the path %j is %j', (path, expected) => {
  expect(pathWithoutValues(path)).toBe(expected)
})

test.each([
  ['GET user 42', 'GET user *'],
  ['job 0f8fad5b-d9cb-469f-a165-70867728950e', 'job *'],
  ['load cart v2', 'load cart v2'],
])('the name %j is %j', (name, expected) => {
  expect(nameWithoutValues(name)).toBe(expected)
})
