/** Why requests are slower than they were, or fail: what the package tells of it, in one place. */
export { type Blamed, blameServices } from './blame.ts'
export {
  type Bottleneck,
  type BottleneckOptions,
  bottleneckDefaults,
  findBottlenecks,
  type RequestTimes,
} from './bottlenecks.ts'
export { type BehaviourChange, type Execution, findBehaviourChanges, type Sight } from './changed-behaviour.ts'
export {
  type Component,
  type ComponentSpan,
  type ComponentTime,
  componentKey,
  componentTimes,
} from './critical-components.ts'
export { type Incident, type IncidentAlert, joinIncidents, serviceOfAlert } from './incidents.ts'
export { type Cause, likelyCauses, reachable } from './likely-causes.ts'
export { type OwnRise, rankAlongCalls, type ServiceLevel } from './rank-along-calls.ts'
export { certainRise, type Share, wilsonInterval } from './share-change.ts'
