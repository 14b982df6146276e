import type { Expression } from '../parse/ast.ts'
import type { Evaluation } from './evaluation.ts'
import type { Grid, GridValue } from './grid.ts'

/** The evaluator, handed to the parts that have to evaluate what is inside them. */
export type EvaluateNode = (expression: Expression, grid: Grid, evaluation: Evaluation) => Promise<GridValue>
