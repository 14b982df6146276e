import { realCountsFlag } from '../store/tables.ts'

const isReal = `bitAnd(flags, ${realCountsFlag}) != 0`

/** A count of the table `histograms` as a double, which it is the bits of where the point's flags say so. */
export const realCount = (column: 'count' | 'zero_count'): string =>
  `if(${isReal}, reinterpretAsFloat64(${column}), toFloat64(${column}))`

/** The same of an array of counts, a column or some joined. */
export const realCounts = (array: string): string =>
  `if(${isReal}, arrayMap(bits -> reinterpretAsFloat64(bits), ${array}), CAST(${array}, 'Array(Float64)'))`
