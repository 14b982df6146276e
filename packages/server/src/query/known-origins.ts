import type { ResourceRecord, ScopeRecord } from '@wakeline/protocol'

/**
 * Resources and scopes that answers have shown, kept for the next: an id is a hash of what it names, so they never change.
 * A page then takes two statements less.
 */
export type KnownOrigins = { resources: Known<ResourceRecord>; scopes: Known<ScopeRecord> }

export function noOrigins(): KnownOrigins {
  return { resources: new Known(), scopes: new Known() }
}

/** Records of each kind, those that were shown last. */
const knownMax = 2000

class Known<Origin> {
  readonly #byId = new Map<string, Origin>()

  /** Those of `ids` that are there; the rest is read with `read` and remembered. */
  async get(
    ids: ReadonlySet<string>,
    read: (ids: string[]) => Promise<Record<string, Origin>>,
  ): Promise<Record<string, Origin>> {
    const found: [string, Origin][] = []
    const missing: string[] = []
    for (const id of ids) {
      const origin = this.#byId.get(id)
      if (origin === undefined) missing.push(id)
      else found.push([id, origin])
    }
    if (missing.length > 0) found.push(...Object.entries(await read(missing)))
    for (const [id, origin] of found) {
      this.#byId.delete(id)
      this.#byId.set(id, origin)
    }
    for (const id of this.#byId.keys()) {
      if (this.#byId.size <= knownMax) break
      this.#byId.delete(id)
    }
    return Object.fromEntries(found)
  }
}
