import { log, meter, trace } from 'wakeline'
import { type Answer, serve } from './http-service.ts'
import { startService } from './start-service.ts'
import { pick, wait } from './work.ts'

/**
 * Charges cards through one of two acquirers. Versions 1.5.x are the bad deploy: they share one small pool of
 * connections, which the slower acquirer exhausts, so its charges wait long and one in three fails.
 */

const { version } = startService('payments')
const isBad = version.startsWith('1.5.')
const acquirers = ['northbank', 'cardflow'] as const
type Acquirer = (typeof acquirers)[number]

const charged = meter.counter('shop.charges', { unit: '{charge}', description: 'Charges by outcome' })
const amount = meter.histogram('shop.charge.amount', {
  unit: 'EUR',
  description: 'Size of the charges that went through',
  boundaries: [10, 20, 50, 100, 200, 500, 1000],
})

log.info(`payments ${version} deployed`, {
  'event.name': 'deployment',
  'deployment.version': version,
  'deployment.reason': process.env['SHOP_REASON'] || 'first start',
})

serve({ 'POST /charges': async ({ body }) => charge(body) })

async function charge(body: unknown): Promise<Answer> {
  const { orderId, cents } = body as { orderId: string; cents: number }
  const acquirer = pick(acquirers)
  await trace('assess risk', { 'order.id': orderId }, () => wait(4))
  try {
    const declined = await trace('authorise card', { 'payment.acquirer': acquirer, 'order.id': orderId }, () =>
      authorise(acquirer),
    )
    charged.add(1, { acquirer, outcome: declined ? 'declined' : 'paid' })
    if (declined) {
      log.warn('card declined', { orderId, acquirer, cents, reason: declined })
      return { status: 402, body: { error: 'card declined', reason: declined } }
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    charged.add(1, { acquirer, outcome: 'failed' })
    log.error(error, 'charge failed', { orderId, acquirer, cents })
    return { status: 502, body: { error: 'the acquirer cannot be reached' } }
  }
  amount.record(cents / 100, { acquirer })
  log.info('charged', { orderId, acquirer, cents })
  return { status: 201, body: { orderId, acquirer } }
}

/** Resolves with why the card was declined, or undefined. */
async function authorise(acquirer: Acquirer): Promise<string | undefined> {
  if (isBad && acquirer === 'northbank') {
    await wait(650)
    if (Math.random() < 0.35)
      throw new Error('Cannot reach northbank: connection pool exhausted, 5 of 5 in use, 12 waiting')
  }
  await wait(acquirer === 'northbank' ? 45 : 25)
  if (Math.random() < 0.003) throw new Error(`Cannot reach ${acquirer}: socket hang up`)
  return Math.random() < 0.03 ? pick(['insufficient funds', 'expired card', 'wrong security code']) : undefined
}
