import { Core } from './core.ts'

const key = Symbol.for('wakeline.1')

/** The one state of this process, shared by the ESM and the CommonJS face: whichever is loaded first makes it. */
export function slot(): Core {
  const known = Reflect.get(globalThis, key) as Core | undefined
  if (known !== undefined) return known
  const core = new Core()
  Object.defineProperty(globalThis, key, { value: core })
  return core
}
