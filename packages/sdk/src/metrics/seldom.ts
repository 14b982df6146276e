import { expireSeries } from './expire.ts'
import { grownAttribute, sentenceOf } from './wrong-use.ts'

/** What metering needs seldom: it is loaded then, so that the core is small. */
export interface Seldom {
  readonly sentenceOf: typeof sentenceOf
  readonly grownAttribute: typeof grownAttribute
  readonly expireSeries: typeof expireSeries
}

export const seldom: Seldom = { sentenceOf, grownAttribute, expireSeries }
