import { accountingHeaders } from '@wakeline/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestReceiver, type TestReceiver } from './receive/receiver.case.ts'

let receiver: TestReceiver
beforeAll(async () => {
  receiver = await openTestReceiver()
})
afterAll(() => receiver.close())

const record = (body: string, timeUnixNano = '1790000000000000000') => ({ timeUnixNano, body: { stringValue: body } })
/** After all the engine's times. */
const tooLate = '9223372036854775807'

test('a batch that numbers its records leaves one receipt, with what became of them, however often it is sent', async () => {
  const logRecords = [record('one'), record('two'), record('three', tooLate)]
  const body = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] })
  const headers = {
    'content-type': 'application/json',
    [accountingHeaders.instance]: 'shop-1',
    [accountingHeaders.batchId]: 'batch-7',
    [accountingHeaders.first]: '5000000001',
    [accountingHeaders.records]: '3',
    [accountingHeaders.dropped]: 'full=4,refused=1',
  }
  for (let attempt = 0; attempt < 3; attempt += 1) {
    expect(await receiver.post('/v1/logs', body, headers)).toMatchObject({ status: 200 })
  }
  expect(
    await receiver.rows(
      "SELECT instance, signal, first, records, stored, rejected, shed, dropped, abs(dateDiff('minute', ts, now64(3))) < 2 AS recent FROM receipts WHERE instance = {p1:String}",
      'shop-1',
    ),
  ).toEqual([
    {
      instance: 'shop-1',
      signal: 'logs',
      first: '5000000001',
      records: '3',
      stored: '2',
      rejected: '1',
      shed: '0',
      dropped: 'full=4,refused=1',
      recent: 1,
    },
  ])
})

test('a batch that says nothing of itself leaves none', async () => {
  const body = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [record('four')] }] }] })
  await receiver.post('/v1/logs', body, { 'content-type': 'application/json' })
  expect(await receiver.rows('SELECT count() AS n FROM receipts WHERE instance != {p1:String}')).toEqual([{ n: '1' }])
})
