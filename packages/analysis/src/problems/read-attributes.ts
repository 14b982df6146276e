import { type Attributes, printAttribute } from '@wakeline/protocol'

/** The first of these attributes that says something, as text; '' where none does. */
export function textOf(attributes: Attributes, ...names: readonly string[]): string {
  for (const name of names) {
    const value = attributes[name]
    if (value === undefined || value === null) continue
    if (typeof value === 'string') {
      if (value !== '') return value
      continue
    }
    // Headers are lists of one.
    const first = Array.isArray(value) ? value[0] : value
    const text = first === undefined ? '' : printAttribute(first)
    if (text !== '') return text
  }
  return ''
}

/** NaN where none is a number. */
export function numberOf(attributes: Attributes, ...names: readonly string[]): number {
  const text = textOf(attributes, ...names)
  return text === '' ? Number.NaN : Number(text)
}

/** It failed, or was told to come again later: by its status, by HTTP's, by gRPC's. */
export function hasFailed({ status, attributes }: { status: string; attributes: Attributes }): boolean {
  if (status === 'error') return true
  const http = numberOf(attributes, 'http.response.status_code', 'http.status_code')
  const grpc = numberOf(attributes, 'rpc.grpc.status_code')
  return http >= 500 || http === 429 || grpc > 0
}
