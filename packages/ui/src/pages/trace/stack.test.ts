import { expect, test } from 'vitest'
import { stackLines } from './stack.ts'

test('a stack trace loses its repeated head, and own frames are told from those of packages', () => {
  const stack = `TypeError: no such item
    at readItem (/app/src/items.ts:12:9)
    at async Server.<anonymous> (file:///app/src/http.ts:14:18)
    at Layer.handle (/app/node_modules/express/lib/router/layer.js:95:5)
    at node:internal/process/task_queues:95:5
  [cause]: Error: gone`
  expect(stackLines(stack, 'TypeError', 'no such item')).toEqual([
    { kind: 'own', text: 'at readItem (/app/src/items.ts:12:9)' },
    { kind: 'own', text: 'at async Server.<anonymous> (file:///app/src/http.ts:14:18)' },
    { kind: 'library', text: 'at Layer.handle (/app/node_modules/express/lib/router/layer.js:95:5)' },
    { kind: 'library', text: 'at node:internal/process/task_queues:95:5' },
    { kind: 'text', text: '[cause]: Error: gone' },
  ])
  expect(stackLines('', 'Error', '')).toEqual([])
})
