import { readFile } from 'node:fs/promises'
import type { Ingest } from '../ingest/ingest.ts'
import { readScrapeConfigs } from '../ingest/scrape/read-config.ts'
import { type Scraper, type ScraperOptions, startScraper } from '../ingest/scrape/scraper.ts'
import { submitOtlp } from '../ingest/submit-otlp.ts'
import { flagName, type Options, optionNames } from '../options.ts'

export type Scraping = Pick<Scraper, 'targets' | 'counts' | 'stop'> & {
  /** Reads the configuration again; one with a mistake changes nothing. */
  reload(options: Options): void
}

export type ScrapingParts = Pick<ScraperOptions, 'budget' | 'nowUnixMs' | 'report' | 'onFault'> & {
  options: Options
  ingest: Ingest
}

/** Starts to scrape what the file of `--scrape-config` says. Throws a sentence when the file has mistakes. */
export async function startScraping(parts: ScrapingParts): Promise<Scraping> {
  const { options, ingest, report, onFault } = parts
  const scraper = await startScraper(await readConfigs(options, report), {
    ...options,
    ...parts,
    submit: submitOtlp(ingest),
  })
  const again = async (changed: Options): Promise<void> => {
    try {
      await scraper.reload(await readConfigs(changed, report))
    } catch (error) {
      report(`The targets stay as they are. ${error instanceof Error ? error.message : error}`)
    }
  }
  // One after another: a signal may come while the last one is dealt with.
  let reloading = Promise.resolve()
  return {
    targets: () => scraper.targets(),
    counts: () => scraper.counts(),
    reload(changed) {
      reloading = reloading.then(() => again(changed)).catch(onFault)
    },
    async stop() {
      await reloading
      await scraper.stop()
    },
  }
}

async function readConfigs({ scrapeConfig: path }: Options, report: ScrapingParts['report']) {
  if (path === '') return []
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`Cannot read the targets to scrape from ${path}: ${reason}`, { cause: error })
  })
  const read = readScrapeConfigs(path, text, optionNames.map(flagName))
  if ('errors' in read) throw new Error(read.errors.join('\n'))
  for (const warning of read.warnings) report(warning)
  return read.configs
}
