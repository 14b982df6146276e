import { Baggage, printBaggage } from '../context/baggage.ts'
import type { Looks } from '../context/looks.ts'
import { TraceStateText } from './trace-state.ts'

/** For those who look into what others only pass on. */
export const inside: Looks = {
  parseBaggage: Baggage.parse,
  printBaggage,
  traceState: (text) => new TraceStateText(text),
}
