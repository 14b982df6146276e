import { expect, test } from 'vitest'
import type { FailedSpanRow } from '../plan/service-errors.ts'
import { errorOrigins } from './error-origins.ts'

/** `id parent service name [type]`, of one trace, in the order they began. */
function spans(trace: string, drawn: string): FailedSpanRow[] {
  return drawn
    .trim()
    .split('\n')
    .map((line) => {
      const [span = '', parent = '', service = '', name = '', type = ''] = line.trim().split(/ +/)
      return { trace, span, parent, service, name, type, message: `${name} failed`, alike: `${name} failed` }
    })
}

const error = (name: string, ...followed: [trace: string, span: string][]) => ({
  name,
  type: '',
  alike: `${name} failed`,
  followed,
})

const chain = spans(
  't1',
  `
  a -  checkout orders
  b a  checkout call
  c b  payments charge
  d c  payments bank
`,
)

test('an error that came of another of the service follows that one, which says where both began', () => {
  const errors = [error('orders', ['t1', 'a']), error('call', ['t1', 'b'])]
  expect(errorOrigins('checkout', errors, chain)).toMatchObject([
    { followed: 1, follows: 1, began: { service: 'payments', operation: 'bank', spanId: 'd', spans: 1 } },
    { followed: 1, began: { service: 'payments', operation: 'bank' } },
  ])
  const own = [error('bank', ['t1', 'd']), error('charge', ['t1', 'c'])]
  expect(errorOrigins('payments', own, chain)).toEqual([{ followed: 1 }, { followed: 1, follows: 0 }])
})

test('of several that failed below one the last is followed: those before were tried again', () => {
  const failed = spans('t1', 'a - checkout orders\nb a checkout call\nc a checkout callAgain')
  const errors = [error('orders', ['t1', 'a']), error('call', ['t1', 'b']), error('callAgain', ['t1', 'c'])]
  expect(errorOrigins('checkout', errors, failed).map(({ follows }) => follows)).toEqual([2, undefined, undefined])
})

test('an error that began in two ways follows neither', () => {
  const failed = [...chain, ...spans('t2', 'a - checkout orders')]
  const errors = [error('orders', ['t1', 'a'], ['t2', 'a']), error('call', ['t1', 'b'])]
  const [orders] = errorOrigins('checkout', errors, failed)
  expect(orders).toMatchObject({ followed: 2, began: { service: 'payments', spans: 1 } })
  expect(orders).not.toHaveProperty('follows')
})

test('spans in a circle, spans that are gone, and errors that each follow the other end nowhere', () => {
  const circle = spans('t1', 'a b web x\nb a web y')
  expect(errorOrigins('web', [error('x', ['t1', 'a']), error('y', ['t1', 'b'])], circle)).toEqual([
    { followed: 1 },
    { followed: 1 },
  ])
  expect(errorOrigins('web', [error('x', ['t9', 'a'])], circle)).toEqual([{ followed: 0 }])
})
