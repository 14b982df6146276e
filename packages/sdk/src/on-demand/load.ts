import { messageOf } from '../encode/plain-value.ts'
import type { Report } from '../report.ts'
import type * as channels from './channels.ts'
import type * as encodeMetrics from './encode-metrics.ts'
import type * as exporting from './exporting.ts'
import type * as lanes from './lanes.ts'
import type * as lastWords from './last-words.ts'
import type * as learnAdded from './learn-added.ts'
import type * as metrics from './metrics.ts'
import type * as opentelemetry from './opentelemetry.ts'
import type * as pretty from './pretty.ts'
import type * as processMetrics from './process.ts'
import type * as prometheus from './prometheus.ts'
import type * as propagation from './propagation.ts'
import type * as resource from './resource.ts'
import type * as sending from './sending.ts'

/**
 * What only some programs need: each is a file of its own beside the core (`dist/on-demand/NAME.cjs`), which start()
 * loads when it sees the need. They are handed what they work with and import nothing of the core that has a state or a
 * class: they are CommonJS, and the core may be an ES module, so they would get another copy of it.
 */
export interface OnDemand {
  readonly channels: typeof channels
  readonly 'encode-metrics': typeof encodeMetrics
  readonly exporting: typeof exporting
  readonly lanes: typeof lanes
  readonly 'last-words': typeof lastWords
  readonly 'learn-added': typeof learnAdded
  readonly metrics: typeof metrics
  readonly opentelemetry: typeof opentelemetry
  readonly pretty: typeof pretty
  readonly process: typeof processMetrics
  readonly prometheus: typeof prometheus
  readonly propagation: typeof propagation
  readonly resource: typeof resource
  readonly sending: typeof sending
}

/** Here lies what was loaded by other means: from source in tests, or by a bundle. */
export const onDemandKey = Symbol.for('wakeline.1.on-demand')

/** The part, or undefined when its file is not there: that is said. */
export function loadOnDemand<N extends keyof OnDemand>(name: N, report: Report): OnDemand[N] | undefined {
  try {
    const here = Reflect.get(globalThis, onDemandKey) as Partial<OnDemand> | undefined
    const require = process.getBuiltinModule('node:module').createRequire(import.meta.url)
    return here?.[name] ?? require(`./on-demand/${name}.cjs`)
  } catch (thrown) {
    report(
      `Cannot load the part "${name}" of wakeline: ${messageOf(thrown)}. A bundle must import wakeline/bundled first`,
    )
    return undefined
  }
}
