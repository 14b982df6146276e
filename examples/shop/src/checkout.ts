import { randomUUID } from 'node:crypto'
import { log, meter, trace } from 'wakeline'
import { traced } from 'wakeline/traces'
import { catalogue } from './catalogue.ts'
import { type Answer, call, serve } from './http-service.ts'
import { startService } from './start-service.ts'
import { wait } from './work.ts'

/** Turns a basket into an order: reserve the stock, charge the card, write the order down. */

startService('checkout')

type Basket = { user: string; lines: { sku: string; quantity: number }[] }

const orders = meter.counter('shop.orders', { unit: '{order}', description: 'Orders by outcome' })
const revenue = meter.counter('shop.revenue', { unit: 'EUR', description: 'Paid by customers' })
const duration = meter.histogram('shop.order.duration', { unit: 's', description: 'From basket to confirmed order' })

serve({
  'POST /orders': async ({ body }) => {
    const stopTimer = duration.startTimer()
    const answer = await order(body as Basket)
    const outcome = outcomes[answer.status] ?? 'failed'
    orders.add(1, { outcome })
    stopTimer({ outcome })
    return answer
  },
})

const outcomes: Record<number, string> = { 201: 'confirmed', 402: 'declined', 409: 'sold out' }

async function order({ user, lines }: Basket): Promise<Answer> {
  const orderId = randomUUID().slice(0, 8)
  const cents = await trace('price basket', { 'order.id': orderId, 'order.lines': lines.length }, async () => {
    await wait(3)
    return lines.reduce((sum, { sku, quantity }) => sum + priceOf(sku) * quantity, 0)
  })
  log.info('order received', { orderId, user, lines: lines.length, cents })

  const reservation = await call('inventory', 'POST', '/reservations', { orderId, lines })
  if (reservation.status !== 201) {
    log.warn('order refused: sold out', { orderId, user })
    return reservation
  }
  const charge = await call('payments', 'POST', '/charges', { orderId, cents })
  if (charge.status === 402) {
    log.info('order refused: card declined', { orderId, user, cents })
    return charge
  }
  if (charge.status !== 201) {
    log.error('order lost: payment failed', { orderId, user, cents, status: charge.status })
    return { status: 502, body: { error: 'payment failed' } }
  }
  await insertOrder()
  revenue.add(cents / 100)
  log.info('order confirmed', { orderId, user, cents })
  return { status: 201, body: { orderId, cents } }
}

/** Stands for a database: the client's span of a query, as instrumented drivers make them. */
const insertOrder = traced(() => wait(5), {
  name: 'INSERT orders',
  kind: 'client',
  attributes: { 'db.system.name': 'postgresql', 'db.query.text': 'INSERT INTO orders VALUES (...)' },
})

function priceOf(sku: string): number {
  return catalogue.find((product) => product.sku === sku)?.priceCents ?? 0
}
