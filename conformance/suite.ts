/** One case of a suite. `isExperimental`: counted apart, because it is another product's choice and not a rule. */
export type Case = { name: string; isExperimental: boolean } & (
  | { outcome: 'passed'; reason?: undefined }
  | { outcome: 'failed' | 'skipped'; reason: string }
)

/** Runs every case of a suite's own folder. */
export type Suite = (directory: string) => Promise<Case[]>
