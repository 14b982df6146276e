export {
  type Alert,
  type AlertPhase,
  type AlertSample,
  type AlertState,
  type AlertStep,
  type AlertTransition,
  isToBeSent,
  phaseOf,
  restoredActiveAtMs,
  stepAlerts,
} from './alert-rule.ts'
export { Backtest, type BacktestFigures, backtestFigures, type Episode } from './backtest.ts'
export { type ClockShift, clockName, shiftMaxNano } from './clock-skew.ts'
export { type CriticalPathOptions, type CriticalSection, criticalPath, type PathSpan } from './critical-path.ts'
export { errorOrigins, type FailedSpan } from './error-origins.ts'
export { type ErrorFingerprint, type ErrorTold, errorFingerprint, printFrame } from './errors/error-fingerprint.ts'
export { parameterise } from './errors/parameterise.ts'
export { parseStack, type StackError, type StackFrame } from './errors/parse-stack.ts'
export { addTo, groupedBy } from './groups.ts'
export {
  type LogPattern,
  LogPatterns,
  type LogPatternsOptions,
  patternOf,
  printPattern,
} from './log-patterns/log-patterns.ts'
export {
  type Novelty,
  NoveltyDetector,
  type NoveltyTest,
  noveltyCapacity,
  noveltyThreshold,
} from './novelty.ts'
export { noveltySentence, type SentenceTexts } from './novelty-sentence.ts'
export { OperationHistory } from './operation-history.ts'
export { coverageMin, type PreparedTrace, type PrepareOptions, prepareTrace } from './prepared-trace.ts'
export { describeProblem, problemAdvice, problemNames } from './problems/describe-problem.ts'
export {
  type OperationProblem,
  operationProblems,
  type ProblemExample,
  type ProblemTree,
  subtreesOf,
} from './problems/operation-problems.ts'
export {
  type Problem,
  type ProblemFigures,
  type ProblemKind,
  type ProblemNode,
  type ProblemSpan,
  problemKinds,
} from './problems/problem.ts'
export { traceProblems } from './problems/trace-problems.ts'
export { openSchedule, type Schedule } from './schedule.ts'
export {
  type AlertWindows,
  type BurnWindow,
  budgetLeft,
  burnDown,
  burnFactor,
  type ConstantErrors,
  detectionMs,
  errorBudget,
  exhaustedInMs,
  isBurning,
  type MeasuredStep,
  proposedObjective,
  resetMs,
  usualAlertWindows,
  windowLengthsMs,
} from './slo.ts'
export {
  isRising,
  outcomeOf,
  recoveryProblem,
  type Threshold,
  type ThresholdOperator,
  type ThresholdOutcome,
  thresholdOperators,
  type WindowMatch,
  windowMatches,
} from './threshold.ts'
export {
  adviseThreshold,
  type Comparison,
  type History,
  type ThresholdAdvice,
  type ThresholdRule,
  type ThresholdTrial,
  tryThreshold,
} from './threshold-advice.ts'
export { type TraceNode, type TraceTree, type TreeSpan, traceTree } from './trace-tree.ts'
export * from './why.ts'
