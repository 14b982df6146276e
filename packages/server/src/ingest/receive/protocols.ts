import { elasticsearchProtocol } from './elasticsearch-protocol.ts'
import { jsonLinesProtocol } from './json-lines-protocol.ts'
import { lokiProtocol } from './loki-protocol.ts'
import { otlpProtocol } from './otlp-protocol.ts'
import type { Protocol } from './protocol.ts'
import { remoteWriteProtocol } from './remote-write.ts'
import { zipkinProtocol } from './zipkin-protocol.ts'

/**
 * Everything that can be sent to the receiver's port: one line for each path. A key that ends in `/*` takes all paths
 * that begin with it and have no line of their own.
 */
const protocols: ReadonlyMap<string, Protocol> = new Map([
  ['/v1/traces', otlpProtocol('traces')],
  ['/v1/logs', otlpProtocol('logs')],
  ['/v1/metrics', otlpProtocol('metrics')],
  ['/v1/jsonlines', jsonLinesProtocol],
  ['/elasticsearch', elasticsearchProtocol],
  ['/elasticsearch/*', elasticsearchProtocol],
  ['/loki/api/v1/push', lokiProtocol],
  ['/zipkin/api/v2/spans', zipkinProtocol],
  ['/api/v1/write', remoteWriteProtocol],
])

export const protocolPaths: readonly string[] = [...protocols.keys()]

export function findProtocol(path: string): Protocol | undefined {
  const root = path.slice(0, path.indexOf('/', 1) + 1)
  return protocols.get(path) ?? (root === '' ? undefined : protocols.get(`${root}*`))
}
