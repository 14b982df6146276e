import { readFileSync } from 'node:fs'

/** A module of WebAssembly that the build has made of packages/server/wasm. */
export function compiledModule(file: URL): WebAssembly.Module {
  try {
    return new WebAssembly.Module(readFileSync(file))
  } catch (cause) {
    throw new Error(`Cannot start: ${file.pathname} is not there or not whole; run "npm run build".`, { cause })
  }
}
