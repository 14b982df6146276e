import type { TailEvent } from '@wakeline/protocol'
import type { Refused } from '../base/refused.ts'
import type { Reader } from '../store/store.ts'
import { readSearch } from './search/read-search.ts'

export type TailOptions = {
  /** Records waiting for one viewer; more are lost, and the viewer is told. */
  tailBufferMax: number
}
export type Tail = {
  open(q: string): TailViewer | Refused
  viewers(): number
  closeViewers(): void
  stop(): void
}
export type TailViewer = {
  /** What there is to send; waits for it for at most `waitMs`. */
  next(waitMs: number): Promise<TailEvent | 'nothing' | 'closed'>
  close(): void
}
export function startTail(_parts: { reader: Reader; options: TailOptions }): Tail {
  return {
    open: (q) => {
      const condition = readSearch('logs', q)
      if ('refused' in condition) return condition
      return { next: async () => 'closed', close: () => {} }
    },
    viewers: () => 0,
    closeViewers: () => {},
    stop: () => {},
  }
}
