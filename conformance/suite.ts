/** One case of a suite. `isExperimental`: counted apart, because it is another product's choice and not a rule. */
export type Case = { name: string; isExperimental: boolean } & (
  | { outcome: 'passed'; reason?: undefined }
  | { outcome: 'failed' | 'skipped'; reason: string }
)

/** Runs every case found in the directory of conformance data; none, when it is not there. */
export type Suite = (dataDirectory: string) => Promise<Case[]>
