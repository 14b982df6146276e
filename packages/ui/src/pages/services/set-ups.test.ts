import { expect, test } from 'vitest'
import { setUps } from './set-ups.ts'

test.each(setUps)('the set-up "$title" says where to send, and with what', ({ steps }) => {
  const lines = (needsToken: boolean) => steps.map(({ code }) => code({ endpoint: 'http://wake:4318', needsToken }))
  expect(lines(false).join('\n')).toContain('OTEL_EXPORTER_OTLP_ENDPOINT=http://wake:4318')
  expect(lines(false).join('\n')).not.toContain('<the token>')
  expect(lines(true).join('\n')).toContain('<the token>')
})
