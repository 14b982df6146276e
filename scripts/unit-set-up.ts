import { expect } from 'vitest'

/** Tests that run the SDK from its source have its parts at hand; all others are spared reading a hundred modules. */
const withoutSdk = /\/packages\/(server|ui|analysis|protocol)\//
if (!withoutSdk.test(expect.getState().testPath ?? '')) await import('../packages/sdk/src/bundled.ts')
