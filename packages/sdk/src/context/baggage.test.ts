import { expect, test } from 'vitest'
import { Baggage } from './baggage.ts'

const member = (length: number): string => `a=${'0'.repeat(length - 2)}`
const many = Array.from({ length: 512 }, (_, nth) => `${String(nth).padStart(3, '0')}=0123456789a`).join(',')

test.each([
  ['one entry of all that is asked to be passed on', member(8192), 1],
  ['as many small ones', many, 512],
  ['a header that is longer', member(8193), undefined],
  ['what has no key or no value is left out', '=1,a,b=2', 1],
])('baggage is read and printed whole: %s', (_title, header, entries) => {
  const read = Baggage.parse(header)
  expect(read?.getAllEntries().length).toBe(entries)
  const printed = new Baggage(new Map(read?.getAllEntries())).print()
  expect(Baggage.parse(printed)?.getAllEntries()).toEqual(read?.getAllEntries())
  if (entries === 512) expect(read?.setEntry('511', { value: 'last' }).getAllEntries().length).toBe(512)
})

test.each([
  ['a=%C3%A9%ff%41', [['a', '\u00e9\ufffdA']]],
  [
    'a=100%,b=%2',
    [
      ['a', '100%'],
      ['b', '%2'],
    ],
  ],
  [' \t=1,a= 2 ', [['a', '2']]],
])('baggage %j is decoded as W3C has it', (header, entries) => {
  expect(Baggage.parse(header)?.getAllEntries()).toEqual(entries.map(([key, value]) => [key, { value }]))
})
