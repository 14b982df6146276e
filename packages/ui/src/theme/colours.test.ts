import { expect, test } from 'vitest'
import { colourPlace, nameColour } from './colours.ts'

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
