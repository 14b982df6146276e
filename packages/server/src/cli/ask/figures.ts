import { askTable } from '@wakeline/protocol'
import { figuresJson, printFigures } from '../../text/print-figures.ts'
import type { Asked } from './client-flags.ts'
import { type Out, sayNothing } from './run-asked.ts'

/** What the pipes of a search make: `wakeline logs 'level:error | count by (service)'`. */
export async function runFigures(signal: 'logs' | 'spans', asked: Asked, out: Out): Promise<number> {
  const answer = await asked.ask.json(askTable(signal, asked.words.join(' '), asked), out.signal)
  if (asked.json) for (const line of figuresJson(answer)) out.print(JSON.stringify(line))
  else if ((answer.is === 'table' ? answer.rows : answer.series).length > 0) out.print(printFigures(answer, out.width))
  else sayNothing('record', asked, out)
  return 0
}
