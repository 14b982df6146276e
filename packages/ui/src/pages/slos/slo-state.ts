import type { Slo } from '@wakeline/protocol'
import { threeDigits } from '../../time/format.ts'

export type SloState = 'missed' | 'burning' | 'well' | 'unmeasured'

/** Missed: nothing is left of the budget. Burning: an alert fires, or both windows of one burn faster than it allows. */
export function stateOf({ budgetLeft, windows, alerts }: Slo): SloState {
  if (budgetLeft === null) return 'unmeasured'
  if (budgetLeft <= 0) return 'missed'
  const isBurning = windows.some(({ burns }) => burns) || alerts.some(({ state }) => state === 'firing')
  return isBurning ? 'burning' : 'well'
}

const order: readonly SloState[] = ['missed', 'burning', 'unmeasured', 'well']

/** What needs somebody first; of those alike what has less left. */
export function worstFirst(slos: readonly Slo[]): Slo[] {
  const place = (slo: Slo): number => order.indexOf(stateOf(slo))
  return slos.toSorted((a, b) => place(a) - place(b) || (a.budgetLeft ?? 0) - (b.budgetLeft ?? 0))
}

/** A share of errors as what was attained: `99.953 %`, with as many nines as there are and two digits behind them. */
export function printAttained(errorRatio: number): string {
  const percent = 100 * (1 - errorRatio)
  if (errorRatio <= 0) return '100 %'
  const nines = Math.max(0, Math.floor(-Math.log10(Math.min(1, errorRatio))) - 2)
  const digits = Math.min(6, nines + 2)
  const scale = 10 ** digits
  // Never rounded up to what was not attained.
  return `${Number((Math.floor(percent * scale + 1e-6) / scale).toFixed(digits))} %`
}

/** A share of the budget, which may be below 0: `46 %`, `-830 %`. */
export function printShare(share: number): string {
  const text = threeDigits(share * 100)
  return `${text === '-0' ? '0' : text} %`
}

export const printBurn = (burn: number | null): string => (burn === null ? '–' : `${threeDigits(burn)}×`)
