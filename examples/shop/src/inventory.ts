import { log, meter, trace } from 'wakeline'
import { catalogue, type Product } from './catalogue.ts'
import { type Answer, serve } from './http-service.ts'
import { startService } from './start-service.ts'
import { wait } from './work.ts'

/** Knows what is on the shelves. Its slow path: products in the basement are looked up one by one. */

startService('inventory')

const shelfSize = 500
const refillBelow = 60
const stock = new Map(catalogue.map(({ sku }) => [sku, shelfSize]))

const reserved = meter.counter('shop.stock.reserved', { unit: '{item}', description: 'Items taken off the shelves' })
meter.observableGauge('shop.stock.level', { unit: '{item}', description: 'Items on the shelves' }, (observe) => {
  for (const [sku, count] of stock) observe(count, { sku })
})

serve({
  'GET /stock': async () => {
    const levels = await readShelves(catalogue)
    return { status: 200, body: levels }
  },
  'GET /stock/:sku': async ({ params }) => {
    const product = catalogue.find(({ sku }) => sku === params['sku'])
    if (!product) {
      log.warn('no such product', { sku: params['sku'] })
      return { status: 404, body: { error: 'no such product' } }
    }
    const [level] = await readShelves([product])
    return { status: 200, body: level }
  },
  'GET /search': async ({ params }) => search(params['q'] ?? ''),
  'POST /reservations': async ({ body }) => reserve(body),
})

type Level = { sku: string; count: number }

async function readShelves(products: readonly Product[]): Promise<Level[]> {
  const front = products.filter(({ shelf }) => shelf === 'front')
  const basement = products.filter(({ shelf }) => shelf === 'basement')
  if (front.length > 0) await query('SELECT sku, count FROM shelf WHERE sku IN (...)', 3)
  // One query for each: the classic that a trace shows at a glance.
  for (const { sku } of basement) await query('SELECT count FROM basement WHERE sku = ?', 9, { sku })
  return products.map(({ sku }) => ({ sku, count: stock.get(sku) ?? 0 }))
}

function query(text: string, typicalMs: number, attributes: Record<string, string> = {}): Promise<void> {
  const [operation = ''] = text.split(' ')
  return trace(`${operation} stock`, { 'db.system.name': 'postgresql', 'db.query.text': text, ...attributes }, () =>
    wait(typicalMs),
  )
}

async function search(words: string): Promise<Answer> {
  const found = catalogue.filter(({ name }) => name.toLowerCase().includes(words.toLowerCase()))
  // Two words or more miss the index.
  const scan = words.includes(' ')
  if (scan) log.warn('search without index', { words, rows: 240_000 })
  await query(`SELECT * FROM products WHERE name ${scan ? 'ILIKE' : '@@'} ?`, scan ? 420 : 12, {
    'search.words': words,
  })
  return { status: 200, body: found }
}

async function reserve(body: unknown): Promise<Answer> {
  const { orderId, lines } = body as { orderId: string; lines: { sku: string; quantity: number }[] }
  await query('UPDATE shelf SET count = count - ? WHERE sku = ?', 6)
  for (const { sku, quantity } of lines) {
    const count = stock.get(sku) ?? 0
    if (count < quantity) {
      log.warn('sold out', { orderId, sku, asked: quantity, left: count })
      return { status: 409, body: { error: `sold out: ${sku}` } }
    }
    stock.set(sku, count - quantity)
    reserved.add(quantity, { sku })
    if (count - quantity < refillBelow) refill(sku)
  }
  log.info('stock reserved', { orderId, items: lines.reduce((sum, { quantity }) => sum + quantity, 0) })
  return { status: 201, body: { orderId } }
}

const refilling = new Set<string>()

/** The lorry takes its time, so that a popular product does sell out now and then. */
function refill(sku: string): void {
  if (refilling.has(sku)) return
  refilling.add(sku)
  log.info('refill ordered', { sku, left: stock.get(sku) })
  setTimeout(() => {
    stock.set(sku, shelfSize)
    refilling.delete(sku)
    log.info('refilled', { sku, count: shelfSize })
  }, 45_000).unref()
}
