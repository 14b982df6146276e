export { type TraceNode, type TraceTree, type TreeSpan, traceTree } from './trace-tree.ts'
