import type { Aggregate, Key, SearchRefused, Stage } from './ast.ts'
import { refuse } from './tokens.ts'

/** What the pipes of a question amount to, before its keys are known to mean anything. */
export type Pipeline = {
  /** Undefined: records, not figures. */
  table?: { keys: Key[]; values: Aggregate[] }
  steps?: { stepMs?: number; position: number }
  where: (Stage & { is: 'where' })[]
  sort: (Stage & { is: 'sort' })[]
  rows?: number
}

/** Pipes in their order; one that cannot stand where it is, is refused there. */
export function planStages(stages: readonly Stage[]): Pipeline | SearchRefused {
  const pipeline: Pipeline = { where: [], sort: [] }
  for (const stage of stages) {
    const refused = addStage(pipeline, stage)
    if (refused !== undefined) return refused
  }
  if (pipeline.table !== undefined) return pipeline
  const [where] = pipeline.where
  return where === undefined
    ? pipeline
    : refuse('where compares figures: put "| count by (key)" or another figure before it', where)
}

function addStage(pipeline: Pipeline, stage: Stage): SearchRefused | undefined {
  switch (stage.is) {
    case 'aggregate':
      return addTable(pipeline, stage, { keys: stage.by, values: stage.values })
    case 'top': {
      const count = countOf(stage)
      const refused = addTable(pipeline, stage, { keys: [stage.key], values: [stage.value ?? count] })
      pipeline.rows = stage.rows
      return refused
    }
    case 'values': {
      pipeline.sort.push({ is: 'sort', column: stage.key, order: 'rising', position: stage.position })
      return addTable(pipeline, stage, { keys: [stage.key], values: [countOf(stage)] })
    }
    case 'timeseries':
      if (pipeline.steps !== undefined) return refuse('there is a timeseries before this one', stage)
      pipeline.table ??= { keys: [], values: [countOf(stage)] }
      pipeline.steps = { ...(stage.stepMs !== undefined && { stepMs: stage.stepMs }), position: stage.position }
      return undefined
    case 'where':
      pipeline.where.push(stage)
      return undefined
    case 'sort':
      // The last one says the order.
      pipeline.sort = [stage]
      return undefined
    case 'limit':
      pipeline.rows = Math.min(stage.rows, pipeline.rows ?? stage.rows)
      return undefined
  }
}

function addTable(pipeline: Pipeline, stage: Stage, table: Pipeline['table'] & object): SearchRefused | undefined {
  if (pipeline.table !== undefined)
    return refuse('figures are made of records, and those before it are figures already', stage)
  pipeline.table = table
  return undefined
}

const countOf = ({ position }: Stage): Aggregate => ({ name: 'count', function: 'count', position })

/** The place of a column: keys first, then figures. */
export function columnOf({ keys, values }: Pipeline['table'] & object, column: Key): number | SearchRefused {
  const names = [...keys.map(({ key }) => key), ...values.map(({ name }) => name)]
  // `p95` is enough where only one figure is called so.
  const called = names.map((name) => name.replace(/\(.*$/, ''))
  const place = names.indexOf(column.key)
  if (place >= 0) return place
  const short = called.indexOf(column.key)
  if (short >= keys.length && called.lastIndexOf(column.key) === short) return short
  return refuse(`there is no column "${column.key}" here; there are ${names.join(', ')}`, column)
}
