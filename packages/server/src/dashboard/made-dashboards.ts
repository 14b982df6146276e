import { randomBytes } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Dashboard, DashboardSaved } from '@wakeline/protocol'
import { z } from 'zod'
import { replaceFile } from '../base/durable-files.ts'
import { dashboardSchema } from './check-dashboard.ts'

/**
 * Dashboards that were made in the product, in one file of the server's directory:
 *
 *   <directory>/dashboards/made.json   { version, dashboards: [{ id, revision, changedMs, changedBy, dashboard }] }
 *
 * It is always whole, and read once; nobody else writes it.
 */
export type MadeDashboard = {
  readonly id: string
  readonly revision: number
  readonly changedMs: number
  readonly changedBy: string
  readonly dashboard: Dashboard
}

const dashboardsMax = 1000

const fileSchema = z.object({
  version: z.literal(1),
  dashboards: z.array(
    z.object({
      id: z.string(),
      revision: z.number(),
      changedMs: z.number(),
      changedBy: z.string(),
      dashboard: dashboardSchema,
    }),
  ),
})

export type DashboardRefused = { readonly refused: 'not_found' | 'conflict' | 'full'; readonly message: string }
type Acting = { readonly by: string; readonly revision?: number }

export class MadeDashboards {
  readonly #path: string
  readonly #nowUnixMs: () => number
  #dashboards: readonly MadeDashboard[] = []
  #saving: Promise<unknown> = Promise.resolve()

  constructor({ directory, nowUnixMs }: { directory: string; nowUnixMs: () => number }) {
    this.#path = join(directory, 'dashboards', 'made.json')
    this.#nowUnixMs = nowUnixMs
  }

  /** Throws a sentence where the file is there and cannot be read: the next change would write over it. */
  async open(): Promise<void> {
    const text = await readFile(this.#path, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      throw error
    })
    if (text === undefined) return
    const read = fileSchema.safeParse(parseJson(text))
    if (!read.success)
      throw new Error(
        `Cannot read the dashboards of ${this.#path}: ${read.error.issues[0]?.message ?? 'it is no file of dashboards'}; mend it, or move it away to start without`,
      )
    this.#dashboards = read.data.dashboards
  }

  all(): readonly MadeDashboard[] {
    return this.#dashboards
  }

  make(dashboard: Dashboard, { by }: Acting): Promise<DashboardSaved | DashboardRefused> {
    return this.#inTurn(async () => {
      if (this.#dashboards.length >= dashboardsMax)
        return { refused: 'full', message: `there are ${dashboardsMax} made here, which is the limit; delete some` }
      const made = this.#changed({ id: randomBytes(6).toString('hex'), revision: 1, dashboard }, by)
      await this.#save([...this.#dashboards, made])
      return { id: made.id, revision: made.revision }
    })
  }

  change(id: string, dashboard: Dashboard, acting: Acting): Promise<DashboardSaved | DashboardRefused> {
    return this.#inTurn(async () => {
      const was = this.#seen(id, acting)
      if ('refused' in was) return was
      const now = this.#changed({ id, revision: was.revision + 1, dashboard }, acting.by)
      await this.#save(this.#dashboards.map((each) => (each.id === id ? now : each)))
      return { id, revision: now.revision }
    })
  }

  delete(id: string, acting: Acting): Promise<DashboardSaved | DashboardRefused> {
    return this.#inTurn(async () => {
      const was = this.#seen(id, acting)
      if ('refused' in was) return was
      await this.#save(this.#dashboards.filter((each) => each.id !== id))
      return { id, revision: was.revision }
    })
  }

  #changed(made: Omit<MadeDashboard, 'changedMs' | 'changedBy'>, by: string): MadeDashboard {
    return { ...made, changedMs: this.#nowUnixMs(), changedBy: by }
  }

  #seen(id: string, { revision }: Acting): MadeDashboard | DashboardRefused {
    const was = this.#dashboards.find((each) => each.id === id)
    if (was === undefined)
      return {
        refused: 'not_found',
        message: 'there is none of this id among those made here; it may have been deleted',
      }
    if (revision !== undefined && revision !== was.revision)
      return { refused: 'conflict', message: 'it was changed by somebody else meanwhile; look at it anew' }
    return was
  }

  /** One change after another. */
  #inTurn<Result>(run: () => Promise<Result>): Promise<Result> {
    const running = this.#saving.then(run)
    this.#saving = running.catch(() => {})
    return running
  }

  async #save(dashboards: readonly MadeDashboard[]): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true })
    await replaceFile(this.#path, `${JSON.stringify({ version: 1, dashboards }, undefined, 1)}\n`, { mode: 0o600 })
    this.#dashboards = dashboards
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
