import type { ScrapeTarget, StatusAnswer } from '@wakeline/protocol'
import { printBytes, printCount } from '../../parts/units.ts'

/** Something that is wrong now: how bad, what, and what to do. */
export type Trouble = { severity: 'error' | 'warn'; title: string; advice: string }

/** Free space under this share of the disk is worth a word before the server sheds anything. */
const freeLeastRatio = 0.1
/** Segments are loaded within a second; so many waiting means loading does not keep up. */
const waitingMost = 50

/** By level, as the server sheds (docs/guide/operations.md). */
const shedAt = ['nothing', 'debug logs', 'debug and info logs', 'debug and info logs and most spans without an error']

/** What is wrong with this server, the worst first; nothing when all is well. */
export function troublesOf(status: StatusAnswer, targets: readonly ScrapeTarget[]): Trouble[] {
  const { ingest } = status
  const troubles = [...storeTroubles(status)]
  if (ingest.poisonedSegments > 0) {
    troubles.push({
      severity: 'error',
      title: `${count(ingest.poisonedSegments, 'segment')} set aside: accepted, but the store refused to load ${ingest.poisonedSegments === 1 ? 'it' : 'them'}`,
      advice:
        "The rest goes on. Their rows are kept as files in poison/ of the data directory, and the server's log says why each was refused: please report it, with the file; nothing has to be done for the server to run.",
    })
  }
  if (ingest.waitingSegments > waitingMost) {
    troubles.push({
      severity: 'warn',
      title: `${count(ingest.waitingSegments, 'segment')} wait to be loaded, ${printBytes(ingest.waitingBytes)}`,
      advice:
        'What was accepted is safe, and shows up late. Look whether the store is away, the disk slow, or the load above what this machine takes.',
    })
  }
  if (ingest.forgottenRequests > 0) {
    troubles.push({
      severity: 'warn',
      title: `${count(ingest.forgottenRequests, 'request')} ${ingest.forgottenRequests === 1 ? 'was' : 'were'} forgotten too early`,
      advice:
        'What they brought is stored. But a sender that repeats one of them now is not recognised, and its records are stored twice. Remember more (batches-max), or let senders send larger batches.',
    })
  }
  const down = targets.filter(({ health }) => health === 'down').length
  if (down > 0) {
    troubles.push({
      severity: 'warn',
      title: `${down} of ${count(targets.length, 'scrape target')} down`,
      advice: 'The table of targets below has the error of each.',
    })
  }
  return troubles.sort((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'))
}

function* storeTroubles({ store, ingest }: StatusAnswer): Generator<Trouble> {
  const { shed } = ingest
  if (shed.level > 0) {
    const lost = [shed.logs > 0 && count(shed.logs, 'log record'), shed.spans > 0 && count(shed.spans, 'span')]
    yield {
      severity: 'error',
      title: `The disk is filling up: ${shedAt[shed.level] ?? shedAt[3]} find no room${lost.some(Boolean) ? `, so far ${lost.filter(Boolean).join(' and ')}` : ''}`,
      advice:
        'Errors and warnings are still stored. Make room on the disk, keep data for a shorter time or set a budget (retention-disk); taking in goes on by itself.',
    }
  } else if (store.diskFreeBytes < (store.diskBytes + store.diskFreeBytes) * freeLeastRatio) {
    yield {
      severity: 'warn',
      title: `${printBytes(store.diskFreeBytes)} of disk free`,
      advice: 'As the disk fills, debug logs are no longer stored first. Make room, or keep data for a shorter time.',
    }
  }
  if (store.budgetBytes > 0 && store.diskBytes > store.budgetBytes) {
    yield {
      severity: 'warn',
      title: `${printBytes(store.diskBytes)} stored, over the budget of ${printBytes(store.budgetBytes)}`,
      advice: 'The oldest data is being removed until it fits again.',
    }
  }
}

function count(amount: number, what: string): string {
  return `${printCount(amount)} ${what}${amount === 1 ? '' : 's'}`
}
