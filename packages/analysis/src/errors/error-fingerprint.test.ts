import { expect, test } from 'vitest'
import { errorFingerprint } from './error-fingerprint.ts'
import { parameterise } from './parameterise.ts'
import { parseStack } from './parse-stack.ts'

const node = `TypeError: card is missing
    at Payment.charge (/home/ci/shop/src/payment.ts:41:11)
    at async Object.checkout [as run] (/home/ci/shop/src/checkout.ts:7:3)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)
    at async Layer.handle (/home/ci/shop/node_modules/express/lib/router/layer.js:95:5)`
const chrome = `TypeError: card is missing
    at Payment.charge (https://shop.example/assets/app-3f2a91c4.js:1:200)
    at Array.map (<anonymous>)
    at checkout (https://shop.example/assets/app-3f2a91c4.js:1:320)
    at https://shop.example/assets/app-3f2a91c4.js:1:400`
const firefox = `charge@https://shop.example/assets/app-3f2a91c4.js:1:201
checkout@https://shop.example/assets/app-3f2a91c4.js:1:322
@https://shop.example/assets/app-3f2a91c4.js:1:405
`
const safari = `charge@https://shop.example/assets/app-3f2a91c4.js:1:201
map@[native code]
checkout@https://shop.example/assets/app-3f2a91c4.js:1:322
global code@https://shop.example/assets/app-3f2a91c4.js:1:405`

const framesOf = (stack: string) =>
  parseStack(stack).map(({ type, frames }) => [
    type,
    ...frames.map((frame) => `${frame.isInApp ? '' : '~'}${frame.function}@${frame.file}:${frame.line}`),
  ])

test.each<[string, string, string[][]]>([
  [
    'Node',
    node,
    [
      [
        'TypeError',
        'Payment.charge@/home/ci/shop/src/payment.ts:41',
        'Object.checkout [as run]@/home/ci/shop/src/checkout.ts:7',
        '~process.processTicksAndRejections@node:internal/process/task_queues:95',
        '~Layer.handle@/home/ci/shop/node_modules/express/lib/router/layer.js:95',
      ],
    ],
  ],
  [
    'Firefox',
    firefox,
    [
      [
        '',
        'charge@https://shop.example/assets/app-3f2a91c4.js:1',
        'checkout@https://shop.example/assets/app-3f2a91c4.js:1',
        '@https://shop.example/assets/app-3f2a91c4.js:1',
      ],
    ],
  ],
  [
    'Safari',
    'map@[native code]\nglobal code@http://a/b.js:3:4',
    [['', '~map@[native code]:undefined', '@http://a/b.js:3']],
  ],
  [
    'Firefox of promises',
    'async*load/<@http://a/b.js:3:4\npromise callback*load@http://a/b.js:9:4',
    [['', '@http://a/b.js:3', 'load@http://a/b.js:9']],
  ],
  [
    'Chrome of eval',
    'Error: a\n    at eval (eval at run (http://a/b.js:3:4), <anonymous>:1:7)',
    [['Error', '@http://a/b.js:3']],
  ],
  [
    'what an error came of',
    'Error: order failed\n    at pay (/a/b.js:1:2) {\n  [cause]: RangeError: too much\n      at sum (/a/c.js:3:4)\n}',
    [
      ['Error', 'pay@/a/b.js:1'],
      ['RangeError', 'sum@/a/c.js:3'],
    ],
  ],
  [
    'Java',
    'shop.PayException: no card\n\tat shop.Pay.charge(Pay.java:7)\n\tat java.base/java.lang.Thread.run(Thread.java:1)\nCaused by: java.io.IOException: gone\n\tat shop.Net.send(Net.java:3)\n\t... 7 more',
    [
      ['shop.PayException', 'shop.Pay.charge@Pay.java:7', '~java.base/java.lang.Thread.run@Thread.java:1'],
      ['java.io.IOException', 'shop.Net.send@Net.java:3'],
    ],
  ],
  [
    'Python',
    'Traceback (most recent call last):\n  File "/app/main.py", line 3, in <module>\n    run()\n  File "/usr/lib/python3/site-packages/x.py", line 9, in go\n    y\nValueError: bad',
    [['ValueError', '~go@/usr/lib/python3/site-packages/x.py:9', '@/app/main.py:3']],
  ],
  [
    'Go',
    'panic: no card\n\ngoroutine 1 [running]:\nmain.charge(0x1, 0x2)\n\t/src/shop/pay.go:7 +0x1d\n',
    [['', 'main.charge@/src/shop/pay.go:7']],
  ],
  ['no stack', 'user a@example.com is gone', [['']]],
])('the stack of %s is read', (_, stack, expected) => {
  expect(framesOf(stack)).toEqual(expected)
})

const told = (stack: string, more: Partial<Parameters<typeof errorFingerprint>[0]> = {}) =>
  errorFingerprint({ type: 'TypeError', message: 'card is missing', stack, ...more }).hash

/** Pairs, and whether they are one error. */
test.each<[string, string, string, boolean]>([
  ['Chrome and Firefox', told(chrome), told(firefox), true],
  ['Firefox and Safari', told(firefox), told(safari), true],
  ['other lines', told(node), told(node.replaceAll(/:\d+:\d+/g, ':1:1')), true],
  ['another checkout of the same program', told(node), told(node.replaceAll('/home/ci/shop', '/srv/app-7')), true],
  ['a new build', told(chrome), told(chrome.replaceAll('3f2a91c4', '77aa0b1e')), true],
  ['a library updated', told(node), told(node.replace('layer.js:95', 'layer2.js:3')), true],
  ['a function that calls itself', told(node), told(node.replace(/( {4}at Payment.*\n)/, '$1$1$1')), true],
  ['another function', told(node), told(node.replace('Payment.charge', 'Payment.refund')), false],
  ['another type', told(node), told(node, { type: 'RangeError' }), false],
  [
    'another cause',
    told(`${node}\n  [cause]: A\n at b (/c/d.js:1:1)`),
    told(`${node}\n  [cause]: A\n at e (/c/d.js:1:1)`),
    false,
  ],
  [
    'other values',
    told('', { message: 'user 7 of shop-1 has no card' }),
    told('', { message: 'user 8 of shop-1 has no card' }),
    true,
  ],
  ['other words', told('', { message: 'no card' }), told('', { message: 'no user' }), false],
  ['a message alone', told('', { type: '', message: 'took 7ms' }), told('', { type: '', message: 'took 9ms' }), true],
  ['a fingerprint of its own', told(node, { fingerprint: ['pay'] }), told('', { fingerprint: ['pay'] }), true],
  [
    'one with the usual in it',
    told(node, { fingerprint: ['a', '{{ default }}'] }),
    told(chrome, { fingerprint: ['a', '{{ default }}'] }),
    false,
  ],
])('of %s', (_, one, other, isSame) => {
  expect(one === other).toBe(isSame)
})

test.each([
  ['a@b.example sent 10.5 to https://x.example/a?b=1', '<email> sent <float> to <url>'],
  [
    'session 6fa459ea-ee8a-3ca4-894e-db77e160355e of 10.0.0.7:80 ended after 30s',
    'session <uuid> of <ip> ended after <duration>',
  ],
  [`Cannot read properties of undefined (reading 'id')`, 'Cannot read properties of undefined (reading <quoted>)'],
  ['since 2026-01-02T03:04:05Z, retry=true, 0x1f', 'since <date>, retry=<bool>, <hex>'],
])('values of %s are named', (message, expected) => {
  expect(parameterise(message)).toBe(expected)
})

test('an error is told with the innermost frame of the program', () => {
  expect(errorFingerprint({ type: '', message: '', stack: node })).toMatchObject({
    type: 'TypeError',
    culprit: 'charge (src/payment.ts)',
    by: 'stack',
  })
})
