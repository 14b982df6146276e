import { expect, test } from 'vitest'
import { colourPlace, knowServices, nameColour, spreadNames } from './colours.ts'

test('the colour of a name is steady over releases', () => {
  expect(['checkout', 'cart', 'payment', 'gateway'].map((name) => colourPlace(name))).toMatchInlineSnapshot(`
    [
      {
        "depth": -0.09,
        "hue": 212,
      },
      {
        "depth": -0.09,
        "hue": 345,
      },
      {
        "depth": -0.09,
        "hue": 280,
      },
      {
        "depth": -0.09,
        "hue": 235,
      },
    ]
  `)
})

test('similar names spread over the palette', () => {
  const colours = new Set(Array.from({ length: 200 }, (_, i) => nameColour(`service-${i}`)))
  expect(colours.size).toBeGreaterThan(36)
})

test('services that are known together share no colour, and those that met no other keep theirs', () => {
  const names = Array.from({ length: 30 }, (_, i) => `service-${i}`)
  const alone = new Map(names.map((name) => [name, nameColour(name)]))
  expect(new Set(alone.values()).size).toBeLessThan(30)
  knowServices(names)
  expect(new Set(names.map(nameColour)).size).toBe(30)
  expect(names.filter((name) => nameColour(name) === alone.get(name)).length).toBeGreaterThan(15)
  expect(spreadNames(names.toReversed())).toEqual(spreadNames(names))
  knowServices([])
})
