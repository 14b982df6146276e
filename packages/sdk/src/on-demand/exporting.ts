import type { ExportForm, Signal } from '../export/exporter.ts'
import { printOtlpConsole } from '../export/otlp-console.ts'
import { otlpToJson, readJsonPartialSuccess } from '../export/otlp-json.ts'
import { readPartialSuccess } from '../export/partial-success.ts'
import { otlpToZipkin } from '../export/zipkin.ts'
import type { Target } from '../options.ts'

export { readPartialSuccess }

/** What batches become when they are not (only) sent as OTLP protobuf. */
export function exportForm(signal: Signal, { to, json }: Pick<Target, 'to' | 'json'>): ExportForm {
  const isZipkin = to.includes('zipkin')
  const isSent = isZipkin || to.includes('otlp')
  const isJson = isZipkin || json
  const form = (body: Buffer) => (isZipkin ? otlpToZipkin(body) : json ? otlpToJson(signal, body) : body)
  return {
    contentType: isJson ? 'application/json' : 'application/x-protobuf',
    encode: (body) => {
      if (to.includes('console')) process.stdout.write(printOtlpConsole(signal, body))
      return isSent ? form(body) : undefined
    },
    rejected: isZipkin ? () => ({ rejected: 0, why: '' }) : isJson ? readJsonPartialSuccess : readPartialSuccess,
  }
}
