export { type CriticalPathOptions, type CriticalSection, criticalPath, type PathSpan } from './critical-path.ts'
export { type TraceNode, type TraceTree, type TreeSpan, traceTree } from './trace-tree.ts'
