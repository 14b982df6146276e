import { expect, test } from 'vitest'
import { readScrapeConfigs } from './read-config.ts'
import { readScrape } from './read-scrape.ts'

const read = readScrapeConfigs('test.yml', 'scrape_configs: [{ job_name: a, static_configs: [{ targets: ["h:1"] }] }]')

async function scraped(body: Buffer): Promise<{ unread: string; values: number[] }> {
  const config = 'configs' in read ? read.configs[0] : undefined
  if (config === undefined) throw new Error('the configuration cannot be read')
  const values: number[] = []
  const unread = await readScrape({ contentType: 'text/plain', body }, config, ({ value }) => values.push(value))
  return { unread, values }
}

test('text is read as Prometheus reads it: whole, or not at all where it is not UTF-8', async () => {
  expect(await scraped(Buffer.from('a{b="\u00e9"} 1\na{b="C:\\temp"} 2\n'))).toEqual({ unread: '', values: [1, 2] })
  expect(await scraped(Buffer.from('a{b="\xe9"} 1\n', 'latin1'))).toEqual({
    unread: 'it sent text that is not UTF-8',
    values: [],
  })
})
