import {
  type BottleneckRow,
  type BottlenecksAnswer,
  type ChangeRow,
  printDuration,
  threeDigits,
} from '@wakeline/protocol'
import { type Column, printTable } from './print-table.ts'

const columns: readonly Column[] = [
  { name: 'where', align: 'left' },
  { name: 'before', align: 'right' },
  { name: 'now', align: 'right' },
  { name: 'change', align: 'right' },
  { name: 'of what rose', align: 'right' },
  { name: 'operation', align: 'left' },
  { name: 'example', align: 'left' },
]

/** Why a service is slower, as text: how it was and is, what rose, what it does that it did not. */
export function printBottlenecks(service: string, answer: BottlenecksAnswer): string {
  const { requests, looked, durationNano, bottlenecks, changes, causes, notCompared } = answer
  const span = `${new Date(answer.before.fromMs).toISOString()} to ${new Date(answer.before.toMs).toISOString()}`
  const counted = `${looked.now} of ${requests.now} requests now, ${looked.before} of ${requests.before} before (${span})`
  if (looked.now === 0) return `No request to ${service} in this time.`
  if (bottlenecks.length === 0 && changes.length === 0) return `Nothing to compare: ${counted}.`
  const mean = `A mean request to ${service} took ${printDuration(durationNano.now)}, ${printDuration(durationNano.before)} before. Looked at: ${counted}.`
  const risen = bottlenecks.filter(({ isBeyondChance }) => isBeyondChance)
  const rows = risen.length > 0 ? risen : bottlenecks.filter(({ share }) => share > 0).slice(0, 5)
  const told =
    risen.length > 0
      ? 'Slower than chance explains, for a mean request:'
      : 'Nothing is slower than chance explains. What rose most, for a mean request:'
  return [
    mean,
    causes.length > 0
      ? `Likely in ${causes
          .slice(0, 3)
          .map(({ service: cause }) => cause)
          .join(', then ')}.`
      : '',
    rows.length > 0 ? `${told}\n${printTable(columns, rows.map(printRow))}` : 'Nothing is slower.',
    ...changes.map(printChange),
    notCompared.length > 0 ? `Not compared, with too few requests before or now: ${notCompared.join(', ')}.` : '',
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function printRow({ service, caller, beforeNano, nowNano, share, operation, exemplars }: BottleneckRow): string[] {
  return [
    caller === undefined ? service : `${caller} -> ${service}`,
    printDuration(beforeNano),
    printDuration(nowNano),
    `${nowNano < beforeNano ? '-' : '+'}${printDuration(Math.abs(nowNano - beforeNano))}`,
    `${Math.round(share * 100)} %`,
    operation,
    exemplars[0] ?? '',
  ]
}

function printChange({ is, service, operation, what, before, now, exemplars }: ChangeRow): string {
  const share = ({ count, of }: ChangeRow['now']): string => `${threeDigits((100 * count) / Math.max(1, of))} %`
  const shares = `${share(before)} before, ${share(now)} now`
  const example = exemplars[0] === undefined ? '' : `; for example ${exemplars[0]}`
  return is === 'error'
    ? `${service} ${operation} fails with "${what}": ${shares} of requests${example}`
    : `${service} ${operation} goes on to ${what}: ${shares}${example}`
}
