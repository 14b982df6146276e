export { startProcessMetrics } from '../instrument/process-metrics.ts'
