/** What is used of WebAssembly, which Node has and its types do not describe. */
declare namespace WebAssembly {
  class Memory {
    constructor(pages: { initial: number; maximum: number })
    readonly buffer: ArrayBuffer
  }
  /** Thrown where code of a module does what it may not. */
  class RuntimeError extends Error {}
  class Module {
    constructor(bytes: Uint8Array)
  }
  class Instance<Exports> {
    constructor(module: Module, imports?: Readonly<Record<string, Readonly<Record<string, Imported>>>>)
    /** What the module exports, which whoever names the type knows. */
    readonly exports: Exports
  }
  type Imported = Memory | ((...numbers: number[]) => number)
}
