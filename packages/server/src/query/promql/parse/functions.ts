import type { ValueType } from './ast.ts'

/**
 * Every function: what it takes and what it gives. `least` and `most` arguments are taken; those beyond the list are
 * of the type of its last.
 */
export type FunctionSignature = {
  readonly name: string
  readonly args: readonly ValueType[]
  readonly returns: ValueType
  readonly least: number
  readonly most: number
  readonly experimental: boolean
}

type Extra = { least?: number; most?: number; experimental?: true }

const table = new Map<string, FunctionSignature>()

function add(names: string, args: readonly ValueType[], returns: ValueType, extra: Extra = {}): void {
  for (const name of names.split(' '))
    table.set(name, {
      name,
      args,
      returns,
      least: extra.least ?? args.length,
      most: extra.most ?? args.length,
      experimental: extra.experimental ?? false,
    })
}

const experimental = true as const
const math =
  'abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor ln log10 log2 rad sgn sin sinh sqrt tan tanh'
add(math, ['vector'], 'vector')
add('sort sort_desc timestamp', ['vector'], 'vector')
add('histogram_avg histogram_count histogram_sum histogram_stddev histogram_stdvar', ['vector'], 'vector')
const dates = 'day_of_month day_of_week day_of_year days_in_month hour minute month year'
add(dates, ['vector'], 'vector', { least: 0 })
const windows =
  'absent_over_time avg_over_time changes count_over_time delta deriv idelta increase irate last_over_time ' +
  'max_over_time min_over_time present_over_time rate resets stddev_over_time stdvar_over_time sum_over_time'
add(windows, ['matrix'], 'vector')
const newWindows =
  'first_over_time mad_over_time ts_of_first_over_time ts_of_last_over_time ts_of_max_over_time ts_of_min_over_time'
add(newWindows, ['matrix'], 'vector', { experimental })
add('start_timestamp', ['vector'], 'vector', { experimental })
add('clamp', ['vector', 'scalar', 'scalar'], 'vector')
add('clamp_max clamp_min', ['vector', 'scalar'], 'vector')
add('round', ['vector', 'scalar'], 'vector', { least: 1 })
add('predict_linear', ['matrix', 'scalar'], 'vector')
add('quantile_over_time', ['scalar', 'matrix'], 'vector')
add('double_exponential_smoothing', ['matrix', 'scalar', 'scalar'], 'vector', { experimental })
add('histogram_fraction', ['scalar', 'scalar', 'vector'], 'vector')
add('histogram_quantile', ['scalar', 'vector'], 'vector')
add('histogram_quantiles', ['vector', 'string', 'scalar', 'scalar'], 'vector', { least: 3, most: 12, experimental })
add('info', ['vector', 'vector'], 'vector', { least: 1, experimental })
add('label_replace', ['vector', 'string', 'string', 'string', 'string'], 'vector')
add('label_join', ['vector', 'string', 'string', 'string'], 'vector', { least: 3, most: Infinity })
add('sort_by_label sort_by_label_desc', ['vector', 'string'], 'vector', { least: 1, most: Infinity, experimental })
add('scalar', ['vector'], 'scalar')
add('vector', ['scalar'], 'vector')
add('pi time', [], 'scalar')
add('start end step range', [], 'scalar', { experimental })
add('min_of max_of', ['scalar', 'scalar'], 'scalar', { experimental })

export const functionSignatures: ReadonlyMap<string, FunctionSignature> = table
