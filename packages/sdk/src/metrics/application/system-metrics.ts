import { readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { cpus, freemem, totalmem } from 'node:os'
import type { Report } from '../../report.ts'
import { type Metering, meterOf } from '../metering.ts'
import type { SystemMetrics } from './public.ts'

const scope = { name: 'wakeline/system', version: '', schemaUrl: '' }
const intervalMaxMs = 3_600_000

export interface SystemMetricsParts {
  readonly metering: Metering
  readonly report: Report
  /** Runs apart from the program: neither traced nor keeping the process alive. */
  every(run: () => void, intervalMs: number): () => void
}

export function systemMetrics({ metering, report, every }: SystemMetricsParts): SystemMetrics {
  let stops: (() => void)[] = []
  return {
    start: ({ intervalMs = 15_000, disk = '/' } = {}) => {
      if (stops.length > 0) return
      if (!(intervalMs >= 100 && intervalMs <= intervalMaxMs)) {
        report(`Cannot look at the system every ${intervalMs} ms: it must be from 100 to ${intervalMaxMs}`)
        return
      }
      const sample = new SystemSample(disk, report)
      stops = [metering.observersOf(() => observe(metering, sample)), every(() => void sample.take(), intervalMs)]
      void sample.take()
    },
    stop: () => {
      for (const stop of stops.splice(0)) stop()
    },
  }
}

/** What was seen at the last look; sums are those of the machine, so they only grow. */
class SystemSample {
  cpuSeconds: Record<string, number> = {}
  memoryBytes: Record<string, number> = {}
  diskBytes: Record<string, number> = {}
  network: { device: string; direction: string; bytes: number }[] = []
  readonly disk: string
  private readonly report: Report

  constructor(disk: string, report: Report) {
    this.disk = disk
    this.report = report
  }

  async take(): Promise<void> {
    const modes: Record<string, number> = {}
    for (const { times } of cpus()) {
      for (const [mode, ms] of Object.entries(times)) {
        const name = mode === 'irq' ? 'interrupt' : mode === 'sys' ? 'system' : mode
        modes[name] = (modes[name] ?? 0) + ms / 1000
      }
    }
    this.cpuSeconds = modes
    this.memoryBytes = { used: totalmem() - freemem(), free: freemem() }
    this.network = readNetwork()
    try {
      const { blocks, bfree, bavail, bsize } = await statfs(this.disk)
      this.diskBytes = { used: (blocks - bfree) * bsize, free: bavail * bsize, reserved: (bfree - bavail) * bsize }
    } catch (thrown) {
      this.report(`Cannot measure the disk ${this.disk}: ${String(thrown)}`)
    }
  }
}

function observe(metering: Metering, sample: SystemSample): void {
  const meter = meterOf(metering, scope)
  meter.observableCounter('system.cpu.time', { unit: 's', description: 'CPU time by mode.' }, (tell) => {
    for (const [mode, seconds] of Object.entries(sample.cpuSeconds)) tell(seconds, { 'cpu.mode': mode })
  })
  meter.observableUpDownCounter('system.memory.usage', { unit: 'By', description: 'Memory by state.' }, (tell) => {
    for (const [state, bytes] of Object.entries(sample.memoryBytes)) tell(bytes, { 'system.memory.state': state })
  })
  const disk = { unit: 'By', description: 'Space of a file system by state.' }
  meter.observableUpDownCounter('system.filesystem.usage', disk, (tell) => {
    for (const [state, bytes] of Object.entries(sample.diskBytes))
      tell(bytes, { 'system.filesystem.state': state, 'system.filesystem.mountpoint': sample.disk })
  })
  const network = { unit: 'By', description: 'Bytes received and transmitted.' }
  meter.observableCounter('system.network.io', network, (tell) => {
    for (const { device, direction, bytes } of sample.network)
      tell(bytes, { 'network.interface.name': device, 'network.io.direction': direction })
  })
}

/** Linux tells in /proc/net/dev: `eth0: received-bytes 7 more columns transmitted-bytes ...`. Elsewhere nothing does. */
function readNetwork(): SystemSample['network'] {
  if (process.platform !== 'linux') return []
  const lines = readFileSync('/proc/net/dev', 'utf8').split('\n').slice(2)
  return lines.flatMap((line) => {
    const [device = '', columns] = line.split(':')
    if (columns === undefined) return []
    const numbers = columns.trim().split(/\s+/).map(Number)
    return [
      { device: device.trim(), direction: 'receive', bytes: numbers[0] ?? 0 },
      { device: device.trim(), direction: 'transmit', bytes: numbers[8] ?? 0 },
    ]
  })
}
