import type { FloatFunction, WindowFunction } from './function.ts'
import * as overTime from './over-time.ts'
import { delta, floatDelta, floatIncrease, floatRate, idelta, increase, irate, rate } from './rate.ts'
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

/** The short way of some, for series without histograms: each gives what the function of its name does. */
export const floatFunctions: ReadonlyMap<string, FloatFunction> = new Map([
  ['avg_over_time', overTime.floatAverage],
  ['count_over_time', overTime.floatCountOf],
  ['delta', floatDelta],
  ['first_over_time', overTime.floatFirst],
  ['increase', floatIncrease],
  ['last_over_time', overTime.floatLast],
  ['max_over_time', overTime.floatMax],
  ['min_over_time', overTime.floatMin],
  ['present_over_time', overTime.floatPresent],
  ['rate', floatRate],
  ['sum_over_time', overTime.floatSum],
])

/** They give a sample as it was and so keep the name of the metric. */
export const nameKeepers: ReadonlySet<string> = new Set(['first_over_time', 'last_over_time'])
export const anchoredFunctions: readonly string[] = ['changes', 'delta', 'increase', 'rate', 'resets']
export const smoothedFunctions: readonly string[] = ['delta', 'increase', 'rate']
