import type { AppendedBlock } from './store.ts'
import type { TableName } from './tables.ts'

/** Who listens to which table. A listener that throws is a bug and is let through to the caller of `publish`. */
export class Live {
  readonly #listeners = new Map<TableName, Set<(block: AppendedBlock) => void>>()

  publish(block: AppendedBlock): void {
    const listeners = this.#listeners.get(block.table)
    if (listeners === undefined) return
    for (const listen of listeners) listen(block)
  }

  subscribe(table: TableName, listen: (block: AppendedBlock) => void): () => void {
    const listeners = this.#listeners.get(table) ?? new Set()
    this.#listeners.set(table, listeners)
    listeners.add(listen)
    return () => {
      listeners.delete(listen)
    }
  }
}
