import type { WindowFunction } from './function.ts'
import * as overTime from './over-time.ts'
import { delta, idelta, increase, irate, rate } from './rate.ts'
import * as trend from './trend.ts'

/** Functions of a range vector, by name. */
export const windowFunctions: ReadonlyMap<string, WindowFunction> = new Map<string, WindowFunction>([
  ['absent_over_time', overTime.present],
  ['avg_over_time', overTime.average],
  ['changes', trend.changes],
  ['count_over_time', overTime.count],
  ['delta', delta],
  ['deriv', trend.derivative],
  ['double_exponential_smoothing', trend.smoothing],
  ['first_over_time', overTime.first],
  ['idelta', idelta],
  ['increase', increase],
  ['irate', irate],
  ['last_over_time', overTime.last],
  ['mad_over_time', overTime.medianDeviation],
  ['max_over_time', overTime.max],
  ['min_over_time', overTime.min],
  ['predict_linear', trend.predict],
  ['present_over_time', overTime.present],
  ['quantile_over_time', overTime.quantile],
  ['rate', rate],
  ['resets', trend.resets],
  ['stddev_over_time', overTime.standardDeviation],
  ['stdvar_over_time', overTime.standardVariance],
  ['sum_over_time', overTime.sum],
  ['ts_of_first_over_time', overTime.timeOfFirst],
  ['ts_of_last_over_time', overTime.timeOfLast],
  ['ts_of_max_over_time', overTime.timeOfMax],
  ['ts_of_min_over_time', overTime.timeOfMin],
])

/** They give a sample as it was and so keep the name of the metric. */
export const nameKeepers: ReadonlySet<string> = new Set(['first_over_time', 'last_over_time'])
export const anchoredFunctions: readonly string[] = ['changes', 'delta', 'increase', 'rate', 'resets']
export const smoothedFunctions: readonly string[] = ['delta', 'increase', 'rate']
