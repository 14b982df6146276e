import * as channels from './on-demand/channels.ts'
import * as encodeMetrics from './on-demand/encode-metrics.ts'
import * as exporting from './on-demand/exporting.ts'
import * as lanes from './on-demand/lanes.ts'
import * as lastWords from './on-demand/last-words.ts'
import * as learnAdded from './on-demand/learn-added.ts'
import { type OnDemand, onDemandKey } from './on-demand/load.ts'
import * as metrics from './on-demand/metrics.ts'
import * as opentelemetry from './on-demand/opentelemetry.ts'
import * as pretty from './on-demand/pretty.ts'
import * as process from './on-demand/process.ts'
import * as prometheus from './on-demand/prometheus.ts'
import * as propagation from './on-demand/propagation.ts'
import * as resource from './on-demand/resource.ts'
import * as sending from './on-demand/sending.ts'
import { slot } from './slot.ts'

/**
 * For programs in one file, made by a bundler, and those that run from source: what start() loads when it is needed comes along, because
 * there is no file beside the core to load it from. The first import of the program.
 *
 * ```ts
 * import 'wakeline/bundled'
 * ```
 */
const bundled: OnDemand = {
  channels,
  'encode-metrics': encodeMetrics,
  exporting,
  lanes,
  'last-words': lastWords,
  'learn-added': learnAdded,
  metrics,
  opentelemetry,
  pretty,
  process,
  prometheus,
  propagation,
  resource,
  sending,
}
Reflect.set(globalThis, onDemandKey, bundled)
// The core belongs to each module of the package: without it here it would be cut in two, which takes a start longer.
slot()
