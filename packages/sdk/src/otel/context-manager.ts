import { EventEmitter } from 'node:events'
import type { Context, Contexts, ForeignContext } from '../context/context.ts'

const boundContext = Symbol('wakeline.context')

/** The ContextManager of `@opentelemetry/api` on our one AsyncLocalStorage. */
export class OtelContextManager {
  private readonly contexts: Contexts

  constructor(contexts: Contexts) {
    this.contexts = contexts
  }

  active(): Context {
    return this.contexts.active()
  }

  with(context: ForeignContext, fn: (...args: unknown[]) => unknown, thisArg?: unknown, ...args: unknown[]): unknown {
    return this.contexts.storage.run(this.contexts.of(context), () => Reflect.apply(fn, thisArg, args))
  }

  /** A function, or an emitter whose listeners then all run in the context. Anything else comes back as it is. */
  bind(context: ForeignContext, target: unknown): unknown {
    const known = this.contexts.of(context)
    if (target instanceof EventEmitter) return this.bindEmitter(known, target)
    if (typeof target !== 'function') return target
    const { storage } = this.contexts
    const bound = function (this: unknown, ...args: unknown[]): unknown {
      return storage.run(known, () => Reflect.apply(target, this, args))
    }
    Object.defineProperty(bound, 'length', { value: target.length, configurable: true })
    return bound
  }

  enable(): this {
    return this
  }

  disable(): this {
    return this
  }

  /** One `emit` in place of eight patched listener methods: removing listeners needs no care, and requests stay cheap. */
  private bindEmitter(context: Context, emitter: EventEmitter): EventEmitter {
    const again = Object.hasOwn(emitter, boundContext)
    Object.defineProperty(emitter, boundContext, { value: context, configurable: true })
    if (again) return emitter
    const { contexts } = this
    const original = emitter.emit
    emitter.emit = function emit(this: EventEmitter, ...args): boolean {
      const current: unknown = Reflect.get(this, boundContext)
      return contexts.storage.run(contexts.of(current as Context), () => Reflect.apply(original, this, args))
    }
    return emitter
  }
}
