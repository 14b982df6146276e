import { readdirSync, readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { cpus, freemem, loadavg, totalmem } from 'node:os'
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

type Row = Record<string, string | number>

/** What was seen at the last look; sums are those of the machine, so they only grow. */
class SystemSample {
  cpuSeconds: Record<string, number> = {}
  /** Share of each mode of the time since the look before. */
  cpuShare: Record<string, number> = {}
  memoryBytes: Record<string, number> = {}
  diskBytes: Record<string, number> = {}
  diskMoved: Moved[] = []
  networkMoved: Moved[] = []
  load: number[] = []
  readonly disk: string
  private readonly report: Report

  constructor(disk: string, report: Report) {
    this.disk = disk
    this.report = report
  }

  async take(): Promise<void> {
    this.look('the CPU', () => this.takeCpu())
    this.look('the memory', () => {
      this.memoryBytes = readMemory()
    })
    this.look('the load', () => {
      this.load = loadavg()
    })
    if (process.platform === 'linux') {
      this.look('the network', () => {
        this.networkMoved = readNetwork(readFileSync('/proc/net/dev', 'utf8'))
      })
      this.look('the disks', () => {
        this.diskMoved = readDisks(readFileSync('/proc/diskstats', 'utf8'), new Set(readdirSync('/sys/block')))
      })
    }
    try {
      const { blocks, bfree, bavail, bsize } = await statfs(this.disk)
      this.diskBytes = { used: (blocks - bfree) * bsize, free: bavail * bsize, reserved: (bfree - bavail) * bsize }
    } catch (thrown) {
      this.report(`Cannot measure the disk ${this.disk}: ${String(thrown)}`)
    }
  }

  /** One that cannot be seen (a container without that file) takes none of the others along. */
  private look(what: string, take: () => void): void {
    try {
      take()
    } catch (thrown) {
      this.report(`Cannot measure ${what} of this machine: ${String(thrown)}`)
    }
  }

  private takeCpu(): void {
    const before = this.cpuSeconds
    const now: Record<string, number> = {}
    for (const { times } of cpus()) {
      for (const [mode, ms] of Object.entries(times)) {
        const name = mode === 'irq' ? 'interrupt' : mode === 'sys' ? 'system' : mode
        now[name] = (now[name] ?? 0) + ms / 1000
      }
    }
    const passed = Object.entries(now).map(([mode, seconds]) => [mode, seconds - (before[mode] ?? 0)] as const)
    const total = passed.reduce((sum, [, seconds]) => sum + seconds, 0)
    if (total > 0) this.cpuShare = Object.fromEntries(passed.map(([mode, seconds]) => [mode, seconds / total]))
    this.cpuSeconds = now
  }
}

function observe(metering: Metering, sample: SystemSample): void {
  const meter = meterOf(metering, scope)
  const told = (rows: () => Record<string, number>, attributes: (key: string) => Row) => (tell: Tell) => {
    for (const [key, value] of Object.entries(rows())) tell(value, attributes(key))
  }
  const mode = (key: string) => ({ 'cpu.mode': key })
  meter.observableCounter(
    'system.cpu.time',
    { unit: 's', description: 'CPU time by mode.' },
    told(() => sample.cpuSeconds, mode),
  )
  meter.observableGauge(
    'system.cpu.utilization',
    { unit: '1', description: 'Share of the CPU time by mode, between two looks.' },
    told(() => sample.cpuShare, mode),
  )
  meter.observableUpDownCounter(
    'system.memory.usage',
    { unit: 'By', description: 'Memory by state.' },
    told(
      () => sample.memoryBytes,
      (state) => ({ 'system.memory.state': state }),
    ),
  )
  meter.observableUpDownCounter(
    'system.filesystem.usage',
    { unit: 'By', description: 'Space of a file system by state.' },
    told(
      () => sample.diskBytes,
      (state) => ({ 'system.filesystem.state': state, 'system.filesystem.mountpoint': sample.disk }),
    ),
  )
  meter.observableCounter('system.disk.io', { unit: 'By', description: 'Bytes read and written.' }, (tell) => {
    for (const { device, direction, bytes } of sample.diskMoved)
      tell(bytes, { 'system.device': device, 'disk.io.direction': direction })
  })
  const network = { unit: 'By', description: 'Bytes received and transmitted.' }
  meter.observableCounter('system.network.io', network, (tell) => {
    for (const { device, direction, bytes } of sample.networkMoved)
      tell(bytes, { 'network.interface.name': device, 'network.io.direction': direction })
  })
  ;['1m', '5m', '15m'].forEach((span, i) => {
    const options = { unit: '{thread}', description: `Processes that run or wait, over ${span}.` }
    meter.observableGauge(`system.linux.load.${span}`, options, (tell) => tell(sample.load[i] ?? 0))
  })
}

type Tell = (value: number, attributes?: Row) => void

interface Moved {
  readonly device: string
  readonly direction: string
  readonly bytes: number
}

/** Linux tells more than Node does: what caches hold can be had back, and is not used. */
function readMemory(): Record<string, number> {
  if (process.platform !== 'linux') return { used: totalmem() - freemem(), free: freemem() }
  const text = readFileSync('/proc/meminfo', 'utf8')
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1024
  const [free, buffers, cached] = [bytes('MemFree'), bytes('Buffers'), bytes('Cached') + bytes('SReclaimable')]
  return { used: Math.max(0, bytes('MemTotal') - free - buffers - cached), free, buffers, cached }
}

/** `eth0: received-bytes 7 more columns transmitted-bytes ...` */
function readNetwork(text: string): Moved[] {
  const lines = text.split('\n').slice(2)
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

/** `major minor name reads merged sectors-read ms writes merged sectors-written ...`; a sector is 512 bytes. */
function readDisks(text: string, whole: ReadonlySet<string>): Moved[] {
  return text.split('\n').flatMap((line) => {
    const columns = line.trim().split(/\s+/)
    const device = columns[2] ?? ''
    if (!whole.has(device)) return []
    return [
      { device, direction: 'read', bytes: Number(columns[5]) * 512 },
      { device, direction: 'write', bytes: Number(columns[9]) * 512 },
    ]
  })
}
