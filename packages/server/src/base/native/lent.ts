/**
 * A column whose buffers a module of WebAssembly fills: its words say where they are, what they hold, and how much of that is
 * used, in the order of the classes in `packages/server/wasm/columns.ts`. Between `lend` and `takeBack` nobody else may use it.
 */
export interface Lent {
  /** Whether all of its buffers are in the memory that is shared. */
  isIn(memory: ArrayBufferLike): boolean
  /** Writes its words from `at` on, and answers where those of the next column begin. */
  lend(to: Int32Array, at: number): number
  /** Reads what the module has changed of them, and answers the same. */
  takeBack(from: Int32Array, at: number): number
}
