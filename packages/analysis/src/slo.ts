/**
 * The arithmetic of service level objectives: error budgets, how fast they burn, and the alerts on it.
 *
 *     ratio    share of bad events in a window            0.0144
 *     budget   share that may be bad: 1 - objective       0.001
 *     burn     ratio / budget: 1 uses the budget up       14.4
 *              exactly at the end of the period
 *
 * An alert looks at two windows at once (Google's SRE workbook, chapter 5): the long one says that much of the budget went, the short
 * one that it still goes. Factors follow from how much of the budget may go in the long window.
 */

export type BurnWindow = {
  /** Of the budget of the whole period, in percent, that may go within the long window. */
  readonly budgetPercent: number
  readonly shortMs: number
  readonly longMs: number
}

/** The four windows of the alerts of a period: a page is one of the first two, a ticket one of the last two. */
export type AlertWindows = {
  readonly periodMs: number
  readonly pageQuick: BurnWindow
  readonly pageSlow: BurnWindow
  readonly ticketQuick: BurnWindow
  readonly ticketSlow: BurnWindow
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

const windows = (periodMs: number, percents: readonly [number, number, number, number]): AlertWindows => ({
  periodMs,
  pageQuick: { budgetPercent: percents[0], shortMs: 5 * minuteMs, longMs: hourMs },
  pageSlow: { budgetPercent: percents[1], shortMs: 30 * minuteMs, longMs: 6 * hourMs },
  ticketQuick: { budgetPercent: percents[2], shortMs: 2 * hourMs, longMs: dayMs },
  ticketSlow: { budgetPercent: percents[3], shortMs: 6 * hourMs, longMs: 3 * dayMs },
})

const ofMonth = windows(30 * dayMs, [2, 5, 10, 10])
/** Months and four weeks as the workbook has them, a week as sloth does. */
const usualWindows: readonly AlertWindows[] = [
  ofMonth,
  windows(28 * dayMs, [2, 5, 10, 10]),
  windows(7 * dayMs, [8, 12.5, 20, 42]),
]

/**
 * The windows of a period. Of one that has no table, those of 30 days are stretched with it, to whole minutes, as pyrra does: the factors
 * stay, and a page comes after the same share of the budget.
 */
export function usualAlertWindows(periodMs: number): AlertWindows {
  const table = usualWindows.find((each) => each.periodMs === periodMs)
  if (table !== undefined) return table
  const stretch = (ms: number): number =>
    Math.max(minuteMs, Math.round((ms * periodMs) / ofMonth.periodMs / minuteMs) * minuteMs)
  const stretched = ({ budgetPercent, shortMs, longMs }: BurnWindow): BurnWindow => ({
    budgetPercent,
    shortMs: stretch(shortMs),
    longMs: stretch(longMs),
  })
  return {
    periodMs,
    pageQuick: stretched(ofMonth.pageQuick),
    pageSlow: stretched(ofMonth.pageSlow),
    ticketQuick: stretched(ofMonth.ticketQuick),
    ticketSlow: stretched(ofMonth.ticketSlow),
  }
}

/** How many times faster than evenly a budget goes when `budgetPercent` of it goes within the long window. */
export function burnFactor(periodMs: number, { budgetPercent, longMs }: BurnWindow): number {
  // In hours and in this order, as sloth: the last digit of its factors depends on it.
  return (budgetPercent * (periodMs / hourMs)) / 100 / (longMs / hourMs)
}

/** Each length of the windows once, the shortest first. */
export function windowLengthsMs({ pageQuick, pageSlow, ticketQuick, ticketSlow }: AlertWindows): readonly number[] {
  const all = [pageQuick, pageSlow, ticketQuick, ticketSlow].flatMap(({ shortMs, longMs }) => [shortMs, longMs])
  return [...new Set(all)].sort((a, b) => a - b)
}

/** What an objective leaves for errors. `objective` is in percent: 99.9. */
export const errorBudget = (objective: number): number => (100 - objective) / 100

/** Whether the ratios of both windows burn faster than the factor allows; of what is not known, none does. */
export function isBurning(
  ratios: { readonly short: number | undefined; readonly long: number | undefined },
  { factor, objective }: { readonly factor: number; readonly objective: number },
): boolean {
  const most = factor * errorBudget(objective)
  return (ratios.short ?? 0) > most && (ratios.long ?? 0) > most
}

export type ConstantErrors = { readonly factor: number; readonly objective: number; readonly errorRatio: number }

/**
 * How long errors of a constant ratio last before an alert fires, when there were none before: the long window is the later one to see
 * them. Infinity when it never does.
 */
export function detectionMs(
  { shortMs, longMs }: BurnWindow,
  { factor, objective, errorRatio }: ConstantErrors,
): number {
  const share = (factor * errorBudget(objective)) / errorRatio
  return share < 1 ? share * Math.max(shortMs, longMs) : Infinity
}

/**
 * How long an alert fires on after errors of a constant ratio have ended, which lasted through the long window: the short one forgets them first.
 * 0 when it never fired.
 */
export function resetMs({ shortMs, longMs }: BurnWindow, { factor, objective, errorRatio }: ConstantErrors): number {
  const share = (factor * errorBudget(objective)) / errorRatio
  return share < 1 ? (1 - share) * Math.min(shortMs, longMs) : 0
}

/** The share of the budget that is left: 1 of an untouched one, below 0 when the objective is missed. */
export const budgetLeft = (objective: number, errorRatio: number): number => 1 - errorRatio / errorBudget(objective)

/**
 * When the budget will be used up if it goes on burning as fast; Infinity when it does not burn, 0 when nothing is left. What leaves the
 * period meanwhile, and gives its errors back, is not counted in.
 */
export function exhaustedInMs(left: number, burn: number, periodMs: number): number {
  if (left <= 0) return 0
  return burn > 0 ? (left * periodMs) / burn : Infinity
}

/** A step of a period: its ratios summed, and how many there were; none where nothing was measured. */
export type MeasuredStep = { readonly sum: number; readonly count: number }

/**
 * What was left of the budget after each step, of that of everything measured: the last is what is left now. Undefined before there was anything.
 */
export function burnDown(steps: readonly MeasuredStep[], objective: number): (number | undefined)[] {
  const measured = steps.reduce((sum, { count }) => sum + count, 0)
  let [bad, seen] = [0, 0]
  return steps.map(({ sum, count }) => {
    bad += sum
    seen += count
    return seen === 0 ? undefined : budgetLeft(objective, bad / measured)
  })
}

/** From the loosest on. */
const proposedObjectives = [99, 99.5, 99.9, 99.95, 99.99] as const
const budgetUseMax = 0.7

/**
 * The tightest objective that leaves room: with what was attained no more than 70 % of its budget would have gone. Undefined when
 * even the loosest leaves none.
 */
export function proposedObjective(errorRatio: number): { objective: number; budgetUsed: number } | undefined {
  const proposals = proposedObjectives.map((objective) => ({
    objective,
    budgetUsed: errorRatio / errorBudget(objective),
  }))
  return proposals.filter(({ budgetUsed }) => budgetUsed <= budgetUseMax).at(-1)
}
