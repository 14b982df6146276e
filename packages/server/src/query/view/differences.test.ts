import { expect, test } from 'vitest'
import type { DifferenceRow } from '../plan/differences.ts'
import { differencesOf } from './differences.ts'

/** `key value chosen others`, a line each. */
function rows(drawn: string): DifferenceRow[] {
  return drawn
    .trim()
    .split('\n')
    .map((line) => {
      const [key = '', value = '', chosen = '', others = ''] = line.trim().split(/ +/)
      return { key, value: value === '-' ? '' : value, chosen, others }
    })
}

test('attributes come by how much they tell, and what differs no more than chance does not', () => {
  const { attributes, chosenSpans, otherSpans } = differencesOf(
    rows(`
      n - 100 1000
      cservice payments 100 1000
      ckind server 100 1000
      aacquirer northbank 90 200
      aacquirer cardflow 10 800
      acountry no 60 300
      acountry se 40 700
      acurrency nok 52 500
      acurrency sek 48 500
      aorder o-1 1 0
      aorder o-2 1 0
    `),
    {},
  )
  expect([chosenSpans, otherSpans]).toEqual([100, 1000])
  expect(attributes).toEqual([
    {
      key: 'acquirer',
      values: [
        { value: 'northbank', chosen: 90, others: 200 },
        { value: 'cardflow', chosen: 10, others: 800 },
      ],
    },
    {
      key: 'country',
      values: [
        { value: 'no', chosen: 60, others: 300 },
        { value: 'se', chosen: 40, others: 700 },
      ],
    },
  ])
})

test('a few spans tell nothing that chance could not', () => {
  expect(differencesOf(rows('n - 1 3\nauser a 1 0\nauser b 0 2'), {}).attributes).toEqual([])
  expect(differencesOf(rows('n - 0 300\nauser a 0 300'), {}).attributes).toEqual([])
})

test('resources are told by their attributes, added up where several are alike', () => {
  const resource = (version: string, host: string) => ({
    attributes: { 'service.name': 'web', 'service.version': version, 'host.name': host },
    droppedAttributes: 0,
    schemaUrl: '',
  })
  const resources = { 1: resource('1.4', 'a'), 2: resource('1.5', 'a'), 3: resource('1.5', 'b') }
  const { attributes } = differencesOf(rows('n - 100 100\nr 1 0 100\nr 2 50 0\nr 3 50 0'), resources)
  expect(attributes.map(({ key }) => key)).toEqual(['resource.service.version', 'resource.host.name'])
  expect(attributes[0]?.values[0]).toEqual({ value: '1.5', chosen: 100, others: 0 })
})
