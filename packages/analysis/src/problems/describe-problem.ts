import { printDuration } from '@wakeline/protocol'
import type { ProblemFigures, ProblemKind } from './problem.ts'

/** What a problem is called, in a list. */
export const problemNames: Readonly<Record<ProblemKind, string>> = {
  'repeat.sequential': 'N+1 calls',
  'repeat.interleaved': 'N+1 groups of calls',
  'repeat.deep': 'The same call in many places',
  'retry.repeated': 'Retries',
  'retry.storm': 'Retries that multiply',
  'serial.independent': 'One after the other without need',
  'db.slow': 'Slow query',
  'pool.wait': 'Waits before the call',
  fanout: 'Wide fan-out',
  'payload.large': 'Large payload',
  'chatty.edge': 'Chatty services',
  'cache.stampede': 'Cache stampede',
}

/** One sentence: what happens, where, how often, how long. */
export function describeProblem(problem: ProblemFigures): string {
  const { service, within, subject, count, detail } = problem
  const took = printDuration(problem.totalNano)
  const where = `${within} in ${service || 'a service without a name'}`
  switch (problem.kind) {
    case 'repeat.sequential':
      return `${where} makes the same call ${count} times, one after the other, in ${took}: ${subject}`
    case 'repeat.interleaved':
      return `${where} makes the same few calls again and again, ${count} in all, one after the other, in ${took}: ${subject}`
    case 'repeat.deep':
      return `The same call is made ${count} times below ${where}, from different places, in ${took}: ${subject}`
    case 'retry.repeated':
      return `${where} made ${count} attempts ${detail ?? ''}, in ${took}: ${subject}`
    case 'retry.storm':
      return `Retries of retries: one call of ${where} became ${count} attempts (${detail ?? ''}): ${subject}`
    case 'serial.independent':
      return `${where} waits for calls one after the other that do not need one another, for ${took}: ${subject}`
    case 'db.slow':
      return `A query of ${where} took ${took}${detail === undefined ? '' : `, ${detail}`}: ${subject}`
    case 'pool.wait':
      return `${where} waits ${took} before its call begins${detail === undefined ? '' : `, ${detail}`}: ${subject}`
    case 'fanout':
      return `${where} makes ${count} of the same call at once: ${subject}`
    case 'payload.large':
      return `${where} moves ${detail ?? 'much'} in ${took}: ${subject}`
    case 'chatty.edge':
      return `${service} calls ${subject} ${count} times in one trace, in ${took}`
    case 'cache.stampede':
      return `${count} requests ask ${where} for the same at the same time: ${subject}`
  }
}

/** What to do about it. */
export const problemAdvice: Readonly<Record<ProblemKind, string>> = {
  'repeat.sequential':
    'Ask for all of them in one call: WHERE id IN (...), a join, a batch endpoint, MGET. Where that cannot be, make them at once, a few at a time.',
  'repeat.interleaved':
    'Ask for each kind once, for all items, before the loop; then put the answers together in memory.',
  'repeat.deep':
    'Load it once for the request and hand it down, or keep it for the length of the request (a data loader).',
  'retry.repeated':
    'See why the attempts fail first. Wait longer between attempts, with some chance in it, and do not repeat what cannot succeed.',
  'retry.storm':
    'Retry at one level alone, the outermost or the one next to the cause, and give the others a budget: at most one retry for ten calls.',
  'serial.independent':
    'Begin both at once and wait for them together (Promise.all): in other traces they overlap or go the other way round.',
  'db.slow':
    'Look at its plan (EXPLAIN): an index that is missing, rows that are read and not used, a lock that it waits for.',
  'pool.wait':
    'What is called is not the slow part. A pool of connections that is too small, a queue, a DNS or TLS handshake each time, or a busy event loop.',
  fanout:
    'Set a limit to how many are made at once, or ask for several in one call: the callee gets them all in the same moment.',
  'payload.large': 'Ask for a page of it, or for the attributes that are used, and compress it.',
  'chatty.edge': 'Offer one call for what is needed together, or move the loop to the service that has the data.',
  'cache.stampede':
    'Let one request fill the cache while the others wait for it, and let entries end at different times.',
}
