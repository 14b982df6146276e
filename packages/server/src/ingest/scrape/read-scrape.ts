import { isUtf8 } from 'node:buffer'
import type { Dialect, ExpositionSample } from '../exposition/exposition.ts'
import { readExpositionLines } from '../exposition/read-exposition.ts'
import { inTurns, type Steps } from '../in-turns.ts'
import type { ScrapeConfig, ScrapeProtocol } from './config.ts'
import { type Exposed, type ExposedFamily, unknownFamily } from './exposed.ts'
import { readProtobuf } from './read-protobuf.ts'

/**
 * Reads a target's answer in the language its Content-Type names, as leniently as Prometheus 3: each line must be
 * well-formed, and how families are grouped and typed is not looked at. Answers why it cannot be read.
 */
export async function readScrape(
  { contentType, body }: { contentType: string; body: Uint8Array },
  config: ScrapeConfig,
  each: (exposed: Exposed) => void,
): Promise<string> {
  if (body.length === 0) return ''
  const language = languageOf(contentType, config.fallbackProtocol)
  if (typeof language === 'object') return language.unknown
  if (language === 'protobuf') {
    const { isNativeWanted, alwaysScrapeClassicHistograms: isClassicWanted } = config
    return await inTurns(readProtobuf(body, { isNativeWanted, isClassicWanted }, each))
  }
  // As Prometheus has it: a byte that is none would make one series of two.
  if (!isUtf8(body)) return 'it sent text that is not UTF-8'
  return await inTurns(readText(new TextDecoder().decode(body), language, each))
}

function* readText(text: string, dialect: Dialect, each: (exposed: Exposed) => void): Steps<string> {
  const read = yield* readExpositionLines(text, dialect, false)
  if ('refused' in read) return read.refused
  const families = new Map<string, ExposedFamily>()
  for (const [name, { type = 'unknown', help = '', unit = '' }] of read.metadata)
    families.set(name, { type, help, unit })
  for (const [index, sample] of read.samples.entries()) {
    each(exposedOf(sample, familyOf(sample.name, families)))
    if (index % samplesPerStep === 0) yield
  }
  return ''
}

const samplesPerStep = 200

const languages: Readonly<Record<string, Dialect | 'protobuf'>> = {
  'text/plain': 'text',
  'application/openmetrics-text': 'openmetrics',
  'application/vnd.google.protobuf': 'protobuf',
}
const fallbacks: Readonly<Record<ScrapeProtocol, Dialect | 'protobuf'>> = {
  PrometheusProto: 'protobuf',
  'OpenMetricsText1.0.0': 'openmetrics',
  'OpenMetricsText0.0.1': 'openmetrics',
  'PrometheusText1.0.0': 'text',
  'PrometheusText0.0.4': 'text',
}

function languageOf(
  contentType: string,
  fallback: ScrapeProtocol | undefined,
): Dialect | 'protobuf' | { unknown: string } {
  const type = (contentType.split(';', 1)[0] ?? '').trim().toLowerCase()
  const known = Object.hasOwn(languages, type) ? languages[type] : undefined
  if (known !== undefined) return known
  if (fallback !== undefined) return fallbacks[fallback]
  const said = contentType === '' ? 'no Content-Type' : `the Content-Type "${contentType.slice(0, 100)}"`
  return {
    unknown: `it sent ${said}, which is none of Prometheus'; set fallback_scrape_protocol if it speaks one all the same`,
  }
}

const suffix = /_(?:total|bucket|count|sum|created|info|gcount|gsum)$/

function familyOf(name: string, families: ReadonlyMap<string, ExposedFamily>): ExposedFamily {
  return families.get(name) ?? families.get(name.replace(suffix, '')) ?? unknownFamily
}

function exposedOf(sample: ExpositionSample, family: ExposedFamily): Exposed {
  const { name, labels, value, timestampMs, exemplar } = sample
  return {
    name,
    labels,
    value,
    histogram: undefined,
    timestampMs: timestampMs === undefined ? undefined : Math.floor(timestampMs),
    createdMs: 0,
    exemplars: exemplar === undefined ? [] : [exemplar],
    family,
  }
}
