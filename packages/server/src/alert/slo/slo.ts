import type { AlertWindows } from '@wakeline/analysis'

/** A service level objective, read and checked, from whichever format it was given in. */
export type Slo = {
  /** `SERVICE-NAME`, of which there is one in the world of a server. */
  readonly id: string
  readonly service: string
  readonly name: string
  readonly description: string
  readonly file: string
  readonly line: number
  /** What it was given in: `prometheus/v1`, `wakeline/v1`, `openslo/v1`. */
  readonly spec: string
  /** In percent: 99.9. */
  readonly objective: number
  readonly windows: AlertWindows
  readonly labels: Labels
  readonly sli: Sli
  readonly page: SloAlert | undefined
  readonly ticket: SloAlert | undefined
  /** Says that there is nothing to measure; of the formats of others there is none. */
  readonly absent: AbsentAlert | undefined
  readonly intervals: Intervals
}

export type Labels = Readonly<Record<string, string>>

/** Queries with `{{.window}}` where a range is to stand. */
export type Sli =
  | {
      readonly kind: 'events'
      readonly errorQuery: string
      readonly totalQuery: string
      /** What is there as long as anything is measured, were it 0. */
      readonly presentQuery: string
      /** Bad events that a long window must have had before an alert may fire; 0 for no such guard. The queries are rates, then. */
      readonly badMin: number
    }
  | { readonly kind: 'raw'; readonly errorRatioQuery: string }

export type SloAlert = { readonly name: string; readonly labels: Labels; readonly annotations: Labels }
export type AbsentAlert = SloAlert & { readonly holdMs: number }

/** How often each of the three groups of rules is evaluated; undefined for the usual. */
export type Intervals = {
  readonly sliErrorMs?: number | undefined
  readonly metadataMs?: number | undefined
  readonly alertMs?: number | undefined
}

/** What is put in the place of the window, with the spaces that Go's templates allow. */
export const windowPlace = /\{\{ *\.window *\}\}/g
