import * as channels from './channels.ts'
import * as encodeMetrics from './encode-metrics.ts'
import * as exporting from './exporting.ts'
import * as lanes from './lanes.ts'
import * as lastWords from './last-words.ts'
import * as learnAdded from './learn-added.ts'
import { type OnDemand, onDemandKey } from './load.ts'
import * as metrics from './metrics.ts'
import * as opentelemetry from './opentelemetry.ts'
import * as pretty from './pretty.ts'
import * as process from './process.ts'
import * as prometheus from './prometheus.ts'
import * as propagation from './propagation.ts'
import * as resource from './resource.ts'

/** For programs that run from source: there are no built files to load. Tests load this first. */
const fromSource: OnDemand = {
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
}
Reflect.set(globalThis, onDemandKey, fromSource)
