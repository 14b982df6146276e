import { type AttributeEncoding, writeAttributes } from '../encode/attributes.ts'
import { RecordWriter } from '../encode/record-writer.ts'
import type { Attributes } from '../public.ts'

/** What OpenTelemetry's stable conventions say about a process. What the program says itself goes over it. */
export function processResource(instanceId: string): Attributes {
  const os = process.getBuiltinModule('node:os')
  return {
    'service.instance.id': instanceId,
    'telemetry.sdk.name': 'wakeline',
    'telemetry.sdk.language': 'nodejs',
    'host.name': os.hostname(),
    'host.arch': process.arch === 'x64' ? 'amd64' : process.arch,
    'os.type': process.platform === 'win32' ? 'windows' : process.platform,
    'process.pid': process.pid,
    'process.executable.path': process.execPath,
    'process.executable.name': process.title.split(' ')[0],
    'process.command': process.argv[1],
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    'process.runtime.description': 'Node.js',
  }
}

/** Field 1 of ResourceSpans, ResourceLogs and ResourceMetrics, tag included. */
export function encodeResource(attributes: Attributes, how: AttributeEncoding): Uint8Array {
  const writer = new RecordWriter(1024)
  writer.byte(0x0a)
  const start = writer.open(600)
  writeAttributes(writer, 0x0a, attributes, how, 256)
  writer.close(start, 600)
  return writer.take()
}
