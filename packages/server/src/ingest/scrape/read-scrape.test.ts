import { expect, test } from 'vitest'
import { readScrapeConfigs } from './read-config.ts'
import { readScrape } from './read-scrape.ts'

const read = readScrapeConfigs('test.yml', 'scrape_configs: [{ job_name: a, static_configs: [{ targets: ["h:1"] }] }]')

async function scraped(body: Buffer, contentType = 'text/plain'): Promise<{ unread: string; values: number[] }> {
  const config = 'configs' in read ? read.configs[0] : undefined
  if (config === undefined) throw new Error('the configuration cannot be read')
  const values: number[] = []
  const unread = await readScrape({ contentType, body }, config, ({ value }) => values.push(value))
  return { unread, values }
}

test('text is read as Prometheus reads it: whole, or not at all where it is not UTF-8', async () => {
  expect(await scraped(Buffer.from('a{b="\u00e9"} 1\na{b="C:\\temp"} 2\n'))).toEqual({ unread: '', values: [1, 2] })
  expect(await scraped(Buffer.from('a{b="\xe9"} 1\n', 'latin1'))).toEqual({
    unread: 'it sent text that is not UTF-8',
    values: [],
  })
})

test('a name that is not UTF-8 fails the scrape in protobuf, too', async () => {
  const family = (name: string): Buffer => {
    const metric = Buffer.from('\x22\x0b\x1a\x09\x09\0\0\0\0\0\0\xf0\x3f', 'latin1')
    const body = Buffer.concat([Buffer.from([0x0a, name.length]), Buffer.from(name, 'latin1'), metric])
    return Buffer.concat([Buffer.from([body.length]), body])
  }
  const protobuf = 'application/vnd.google.protobuf'
  expect(await scraped(family('a'), protobuf)).toEqual({ unread: '', values: [1] })
  expect(await scraped(family('a\xe9'), protobuf)).toMatchObject({
    unread: expect.stringContaining('a text is not UTF-8'),
    values: [],
  })
})
