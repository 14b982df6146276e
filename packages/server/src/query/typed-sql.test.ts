import { existsSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSeededWorld, type TestWorld } from './test-world/world.case.ts'

let world: TestWorld
beforeAll(async () => {
  world = await openSeededWorld()
})
afterAll(() => world.close())

const written = join(tmpdir(), `wakeline-typed-${process.pid}`)
afterAll(() => rmSync(written, { force: true }))

describe('typed SQL', () => {
  test.each<[string, unknown[][]]>([
    ['SELECT count() FROM logs', [['73']]],
    ['select service, count() as n from logs group by service order by n desc limit 1;', [['checkout', '60']]],
    ['WITH errors AS (SELECT * FROM spans WHERE status = 2) SELECT count() FROM errors', [['20']]],
    ['SELECT s.name, s.name FROM spans AS s ORDER BY s.ts LIMIT 1 -- twice the same', [['GET /cart', 'GET /cart']]],
    ['SELECT sum(number) FROM numbers(4)', [['6']]],
    ['SELECT count() FROM receipts', [['0']]],
    [
      "SELECT trace_id, span_id, service FROM spans WHERE trace_id = unhex('0000000000000000000000000000003c') AND parent_span_id = ''",
      [['0000000000000000000000000000003c', '00000000000003c1', 'web']],
    ],
    [
      "SELECT [unhex('8e')::FixedString(1)] AS ids, map(ids[1], 'é') AS named, tuple(ids[1]::Nullable(FixedString(1)), 'ü\u2028') AS pair, 'ÿ\u2028' AS text",
      [[['8e'], { '8e': 'é' }, ['8e', 'ü\u2028'], 'ÿ\u2028']],
    ],
    [
      "SELECT 'file(system.users) TableIdentifier system.users' AS text",
      [['file(system.users) TableIdentifier system.users']],
    ],
    ['(SELECT 1) UNION ALL (SELECT 1)', [[1], [1]]],
    ['explain estimate SELECT body FROM logs -- all of them', [['default', 'logs', '1', '73', '1']]],
    ['SELECT count() FROM spans WHERE resource_id IN (SELECT resource_id FROM resources)', [['240']]],
  ])('%s is answered', async (sql, rows) => {
    expect(await world.query.sql({ sql }, {})).toMatchObject({ rows })
  })

  test.each<[string, RegExp]>([
    ['', /Empty query/],
    ['SELEC 1', /Syntax error/],
    ['SELECT nothing FROM logs', /Unknown.*nothing/],
    ['SELECT 1; SELECT 2', /Multi-statements/],
    ['SELECT 1; DROP TABLE logs', /Multi-statements/],
    ['DROP TABLE logs', /only SELECT/],
    ['INSERT INTO logs SELECT * FROM logs', /only SELECT/],
    ['KILL QUERY WHERE 1', /only SELECT/],
    ['SET readonly = 0', /only SELECT/],
    ['SYSTEM STOP MERGES', /only SELECT/],
    ['EXPLAIN SELECT 1', /only SELECT/],
    [`SELECT 1 INTO OUTFILE '${written}'`, /Syntax error/],
    ['SELECT 1 FORMAT TSV', /Syntax error/],
    ['SELECT 1) , (SELECT 2', /Syntax error/],
    ["SELECT file('/etc/passwd')", /file\(\) is not open/],
    ["SELECT FILE('/etc/passwd')", /FILE\(\) is not open/],
    ["SELECT * FROM file('/etc/passwd', 'LineAsString')", /file\(\) is not open/],
    ["SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')", /url\(\) is not open/],
    ["SELECT * FROM remote('127.0.0.1', system.one)", /remote\(\) is not open/],
    ["SELECT * FROM executable('ls', 'TSV', 'x String')", /executable\(\) is not open/],
    ['EXPLAIN ESTIMATE SELECT * FROM system.users', /no table "system.users"/],
    ["EXPLAIN ESTIMATE SELECT file('/etc/passwd')", /file\(\) is not open/],
    ['EXPLAIN ESTIMATE INSERT INTO logs SELECT * FROM logs', /only SELECT/],
    ['EXPLAIN ESTIMATE EXPLAIN ESTIMATE SELECT 1', /only SELECT/],
    ['EXPLAIN ESTIMATE SELECT 1; DROP TABLE logs', /Multi-statements/],
    ["SELECT * FROM merge('system', '.*')", /merge\(\) is not open/],
    ['SELECT * FROM view(SELECT * FROM system.users)', /no table "system.users"/],
    ['SELECT * FROM system.users', /no table "system.users"/],
    ['SELECT * FROM `system`.`users`', /no table "system.users"/],
    ['SELECT 1 IN system.one', /no table "system.one"/],
    ['SELECT count() FROM logs JOIN INFORMATION_SCHEMA.TABLES AS t ON 1', /no table/],
    ["SELECT (SELECT any(x) FROM (SELECT file('/etc/passwd') AS x))", /file\(\) is not open/],
    ["SELECT arrayMap(x -> file(x), ['/etc/passwd'])", /file\(\) is not open/],
    ["SELECT aiGenerate('x')", /aiGenerate\(\) is not open/],
    ['SELECT 1 SETTINGS max_threads = 64', /SETTINGS/],
    ['SELECT * FROM logs SETTINGS readonly = 0', /SETTINGS/],
    ['SELECT {p1:String}', /parameters/],
  ])('%s is refused', async (sql, sentence) => {
    expect(await world.query.sql({ sql }, {})).toMatchObject({
      refused: 'invalid_query',
      message: expect.stringMatching(sentence),
    })
    expect(existsSync(written)).toBe(false)
  })

  test('has the limits of any question, and its session goes on after them', async () => {
    const late = world.query.sql(
      { sql: 'SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1' },
      { signal: AbortSignal.timeout(300) },
    )
    await expect(late).rejects.toMatchObject({ reason: 'cancelled' })
    await expect(world.query.sql({ sql: 'SELECT * FROM numbers(1000000)' }, {})).rejects.toMatchObject({
      reason: 'rows',
    })
    expect(await world.query.sql({ sql: 'SELECT 1' }, {})).toMatchObject({ rows: [[1]] })
  })
})
