import { randomBytes } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { RuleChange, RuleDraft, RuleProblem, RuleSaved } from '@wakeline/protocol'
import { z } from 'zod'
import { replaceFile } from '../base/durable-files.ts'
import { printDrafts, readDraft } from './rule-draft.ts'
import type { RuleGroup } from './rule-file.ts'

/**
 * Rules that were made in the product, in one file of the server's directory:
 *
 *   <directory>/rules/made.json   { version, rules: [{ id, revision, draft }], changes: [who changed what and when] }
 *
 * It is always whole, and read once; nobody else writes it.
 */
export type MadeRule = { readonly id: string; readonly revision: number; readonly draft: RuleDraft }

/** Changes beyond are forgotten, the oldest first. */
const changesMax = 500
const madeRulesMax = 1000

const text = z.string().max(10_000)
const texts = z.record(z.string().max(1000), text)
export const draftSchema = z.strictObject({
  alert: z.string().max(1000),
  expr: text.exactOptional(),
  search: text.exactOptional(),
  signal: z.enum(['logs', 'traces']).exactOptional(),
  window: text.exactOptional(),
  step: text.exactOptional(),
  match: text.exactOptional(),
  thresholds: z
    .array(z.record(z.string().max(100), z.union([text, z.number()])))
    .max(20)
    .exactOptional(),
  no_data: text.exactOptional(),
  for: text.exactOptional(),
  keep_firing_for: text.exactOptional(),
  labels: texts.exactOptional(),
  annotations: texts.exactOptional(),
  disabled: z.boolean().exactOptional(),
  interval: text.exactOptional(),
})
const fileSchema = z.object({
  version: z.literal(1),
  rules: z.array(z.object({ id: z.string(), revision: z.number(), draft: draftSchema })),
  changes: z.array(
    z.object({
      atMs: z.number(),
      by: z.string(),
      act: z.enum(['made', 'changed', 'disabled', 'enabled', 'deleted']),
      id: z.string(),
      name: z.string(),
      draft: draftSchema,
    }),
  ),
})

export type MadeRulesParts = {
  directory: string
  nowUnixMs: () => number
  /** Called after each change, when it is durable; rules are taken over by then. */
  changed: () => Promise<void>
}

export type SaveRefused =
  | { readonly refused: 'problems'; readonly problems: readonly RuleProblem[] }
  | { readonly refused: 'not_found' | 'conflict' | 'full'; readonly message: string }

type Acting = { readonly by: string; readonly revision?: number }

export class MadeRules {
  readonly #parts: MadeRulesParts
  readonly #path: string
  #rules: readonly MadeRule[] = []
  #changes: readonly RuleChange[] = []
  #saving: Promise<unknown> = Promise.resolve()
  /** Goes up with each change. */
  version = 0

  constructor(parts: MadeRulesParts) {
    this.#parts = parts
    this.#path = join(parts.directory, 'rules', 'made.json')
  }

  /** Throws a sentence where the file is there and cannot be read: rules that are forgotten would page nobody. */
  async open(): Promise<void> {
    const text = await readFile(this.#path, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      throw error
    })
    if (text === undefined) return
    const read = fileSchema.safeParse(parseJson(text))
    if (!read.success)
      throw new Error(
        `Cannot read the rules of ${this.#path}: ${read.error.issues[0]?.message ?? 'it is no file of rules'}; mend it, or move it away to start without`,
      )
    this.#rules = read.data.rules
    this.#changes = read.data.changes
  }

  rules(): readonly MadeRule[] {
    return this.#rules
  }

  /** The last first. */
  changes(): readonly RuleChange[] {
    return this.#changes.toReversed()
  }

  /** A rule file of all of them. */
  printed(): string {
    return printDrafts(this.#rules.map(({ draft }) => draft))
  }

  /** Those that can be evaluated, and sentences about the others: a rule may be of a later version. */
  groups(): { groups: readonly RuleGroup[]; problems: readonly string[] } {
    const groups: RuleGroup[] = []
    const problems: string[] = []
    for (const { draft } of this.#rules) {
      const read = readDraft(draft)
      if ('group' in read) groups.push(read.group)
      else problems.push(...read.problems.map(({ message }) => `Cannot read the rule "${draft.alert}": ${message}`))
    }
    return { groups: groups.filter(({ rules }) => rules.length > 0), problems }
  }

  make(draft: RuleDraft, acting: Acting): Promise<RuleSaved | SaveRefused> {
    return this.#inTurn(async () => {
      if (this.#rules.length >= madeRulesMax)
        return {
          refused: 'full',
          message: `there are ${madeRulesMax} rules made here, which is the limit; keep others in files`,
        }
      const problems = this.#problemsOf(draft, '')
      if (problems.length > 0) return { refused: 'problems', problems }
      const rule: MadeRule = { id: randomBytes(6).toString('hex'), revision: 1, draft }
      await this.#save([...this.#rules, rule], { ...acting, act: 'made', rule })
      return { id: rule.id, revision: rule.revision }
    })
  }

  change(id: string, draft: RuleDraft, acting: Acting): Promise<RuleSaved | SaveRefused> {
    return this.#inTurn(async () => {
      const was = this.#seen(id, acting)
      if ('refused' in was) return was
      const problems = this.#problemsOf(draft, id)
      if (problems.length > 0) return { refused: 'problems', problems }
      const rule = { id, revision: was.revision + 1, draft }
      const isSwitched = (was.draft.disabled === true) !== (draft.disabled === true)
      const act = isSwitched ? (draft.disabled === true ? 'disabled' : 'enabled') : 'changed'
      await this.#save(
        this.#rules.map((each) => (each.id === id ? rule : each)),
        { ...acting, act, rule },
      )
      return { id, revision: rule.revision }
    })
  }

  delete(id: string, acting: Acting): Promise<RuleSaved | SaveRefused> {
    return this.#inTurn(async () => {
      const was = this.#seen(id, acting)
      if ('refused' in was) return was
      await this.#save(
        this.#rules.filter((each) => each.id !== id),
        { ...acting, act: 'deleted', rule: was },
      )
      return { id, revision: was.revision }
    })
  }

  #seen(id: string, { revision }: Acting): MadeRule | SaveRefused {
    const was = this.#rules.find((each) => each.id === id)
    if (was === undefined)
      return { refused: 'not_found', message: 'there is no rule of this id; it may have been deleted' }
    if (revision !== undefined && revision !== was.revision)
      return { refused: 'conflict', message: 'it was changed by somebody else meanwhile; look at it anew' }
    return was
  }

  #problemsOf(draft: RuleDraft, id: string): readonly RuleProblem[] {
    if (this.#rules.some((each) => each.id !== id && each.draft.alert === draft.alert))
      return [{ at: 'alert', message: `There is a rule "${draft.alert}" already; give this one a name of its own.` }]
    const read = readDraft(draft)
    return 'problems' in read ? read.problems : []
  }

  /** One change after another. */
  #inTurn<Result>(run: () => Promise<Result>): Promise<Result> {
    const running = this.#saving.then(run)
    this.#saving = running.catch(() => {})
    return running
  }

  async #save(
    rules: readonly MadeRule[],
    { by, act, rule }: Acting & { act: RuleChange['act']; rule: MadeRule },
  ): Promise<void> {
    const { id, draft } = rule
    const change: RuleChange = { atMs: this.#parts.nowUnixMs(), by, act, id, name: draft.alert, draft }
    const changes = [...this.#changes, change].slice(-changesMax)
    await mkdir(dirname(this.#path), { recursive: true })
    await replaceFile(this.#path, `${JSON.stringify({ version: 1, rules, changes }, undefined, 1)}\n`, { mode: 0o600 })
    this.#rules = rules
    this.#changes = changes
    this.version += 1
    await this.#parts.changed()
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
