import type { Core } from '../core.ts'
import { healthOf } from '../health/health.ts'
import type { HttpHandler, ProbeOptions } from '../health/public.ts'
import type { NodeMiddleware, RequestOptions } from './public.ts'
import { beginNodeRequest, type RequestInProgress } from './request-log.ts'

/** Probe settings of the options; undefined when probes are not answered. */
export function probeOptions({ probes = true }: RequestOptions): ProbeOptions | undefined {
  return probes === false ? undefined : probes === true ? {} : probes
}

/** For everything that takes `(request, response, next)`. */
export function nodeMiddleware(core: Core, options: RequestOptions): NodeMiddleware {
  const wanted = probeOptions(options)
  const probes: HttpHandler = wanted === undefined ? () => false : healthOf(core).handler(wanted)
  return (request, response, next) => {
    // Probes come every few seconds for ever: they get no line.
    if (probes(request, response)) return
    const progress = beginNodeRequest(core, request, response, options)
    if (progress === undefined) {
      next()
      return
    }
    let result: unknown
    try {
      result = progress.begin(next)
    } catch (thrown) {
      progress.error = thrown
      throw thrown
    }
    if (result instanceof Promise) watch(result, progress)
  }
}

/** Apart, so that requests without a promise need no closure. An unhandled rejection stays one: the derived promise rejects as well. */
function watch(result: Promise<unknown>, progress: RequestInProgress): void {
  void result.then(undefined, (thrown) => {
    progress.error = thrown
    throw thrown
  })
}
