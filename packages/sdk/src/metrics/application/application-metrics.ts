import { errorType } from '../../encode/plain-value.ts'
import { knownMethod } from '../../instrument/http-names.ts'
import { httpServerScope } from '../../instrument/instrument.ts'
import { type Metering, meterOf } from '../metering.ts'
import { ActiveUsers } from './active-users.ts'
import type { ApplicationMetrics, DatabaseQuery } from './public.ts'

const scope = { name: 'wakeline/application', version: '', schemaUrl: '' }

export function applicationMetrics(metering: Metering): ApplicationMetrics {
  const meter = meterOf(metering, scope)
  const requests = metering.histogram(httpServerScope, 'http.server.request.duration', {
    unit: 's',
    description: 'Duration of HTTP server requests.',
  })
  const queries = meter.histogram('db.client.operation.duration', {
    unit: 's',
    description: 'Duration of database client operations.',
  })
  const events = meter.counter('business.events', { unit: '{event}', description: 'Business events by name.' })
  const queues = meter.gauge('queue.size', { unit: '{item}', description: 'Items waiting in a queue.' })
  const users = new ActiveUsers(() => performance.now())
  let isWatched = false

  const queried = (query: DatabaseQuery, seconds: number, error: string | undefined) =>
    queries.record(seconds, {
      'db.operation.name': query.operation,
      'db.collection.name': query.table,
      status: error === undefined ? 'ok' : 'error',
      'error.type': error,
    })
  return {
    request: ({ method, route, status, seconds }) =>
      requests.record(seconds, {
        'http.request.method': knownMethod(method),
        'http.response.status_code': status,
        'http.route': route,
        'error.type': status >= 500 ? String(status) : undefined,
      }),
    query: (query, run) => {
      const startMs = performance.now()
      return settled(run, (error) => queried(query, (performance.now() - startMs) / 1000, error))
    },
    queried: (query) => queried(query, query.seconds, query.error),
    event: (name, attributes) => events.add(1, { 'event.name': name, ...attributes }),
    userSeen: (id) => {
      users.seen(id)
      if (isWatched) return
      isWatched = true
      const options = { unit: '{user}', description: 'Distinct users seen in the last five minutes.' }
      meter.observableGauge('users.active', options, (observe) => observe(users.count()))
    },
    queueSize: (queue, size) => queues.set(size, { 'queue.name': queue }),
  }
}

/** Tells `done` once with the type of the error, if there was one; what `run` gives or throws goes on unchanged. */
function settled<T>(run: () => T, done: (error: string | undefined) => void): T {
  let result: T
  try {
    result = run()
  } catch (thrown) {
    done(errorType(thrown))
    throw thrown
  }
  if (!(result instanceof Promise)) {
    done(undefined)
    return result
  }
  // The derived promise is the one the program gets: handling its own would hide an unhandled rejection from Node.
  const derived = result.then(
    (value: unknown) => {
      done(undefined)
      return value
    },
    (thrown: unknown) => {
      done(errorType(thrown))
      throw thrown
    },
  )
  return derived as T
}
