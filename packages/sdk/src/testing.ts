import { slot } from './slot.ts'
import { CaptureInProgress } from './testing/capture.ts'
import type { Capture, CaptureOptions } from './testing/public.ts'

export type * from './testing/public.ts'

/**
 * Captures logs and spans in memory, in any test runner; `start()` is not needed.
 *
 * ```ts
 * const captured = capture()
 * await checkout()
 * assert.equal(captured.drawSpans(), 'checkout\n  load cart\n  pay')
 * captured.stop()
 * ```
 */
export function capture(options: CaptureOptions = {}): Capture {
  return new CaptureInProgress(slot(), options)
}
