import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import { decodeJournal, encodeGroup, encodeHeader, type JournalGroup, type JournalHeader } from './journal.ts'

const header: JournalHeader = { format: 1, server: 'k3v9', blockRows: 1_000_000 }
const blocks: JournalGroup['blocks'] = [{ table: 'spans', offset: 0, length: 812, rows: 4, checksum: 0x4be3f1a0 }]
const decodeText = (text: string) => decodeJournal(Buffer.concat([encodeHeader(header), Buffer.from(text)]))

test('a group comes back as it was written, with what was rejected of its batches', () => {
  const rejects = { rejected: 3, reason: 'Cannot store a span: its "id" is\nall zeros' }
  const told = { rejected: 1, reason: '', written: { samples: 1, histograms: 0, exemplars: 2 } }
  const batches = [{ key: 'one' }, { key: 'two', rejects }, { key: 'three', rejects: told }]
  const group: JournalGroup = { atUnixMs: 5, batches, blocks }
  const bytes = Buffer.concat([encodeHeader(header), encodeGroup(group)])
  expect(decodeJournal(bytes)).toEqual({
    header,
    groups: [{ group, endOffset: bytes.length }],
    validBytes: bytes.length,
  })
})

test('a group of which nothing was rejected is the line it was before rejects were kept', () => {
  const json = '{"at":5,"keys":["one"],"blocks":[["spans",0,812,4,"4be3f1a0"]]}'
  const line = `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`
  const group: JournalGroup = { atUnixMs: 5, batches: [{ key: 'one' }], blocks }
  expect(Buffer.from(encodeGroup(group)).toString()).toBe(line)
  expect(decodeText(line).groups.map((each) => each.group)).toEqual([group])
})
