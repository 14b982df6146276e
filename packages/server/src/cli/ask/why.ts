import { askBottlenecks, parseSpanText } from '@wakeline/protocol'
import { printBottlenecks } from '../../text/print-bottlenecks.ts'
import type { AskCommand } from './run-asked.ts'

/** `wakeline why SERVICE` */
export const whyCommand: AskCommand = {
  words: 'SERVICE',
  sentence: 'Says why a service is slower than before, and what it does that it did not, from a sample of its traces.',
  flags: {
    operation: { value: 'NAME', sentence: 'Requests to this operation alone.' },
    back: {
      value: 'DURATION',
      sentence: 'How much earlier the time before lies: 1d for the same time yesterday. Default right before.',
    },
  },
  examples: ['wakeline why checkout --last 15m', "wakeline why checkout --operation 'POST /orders' --back 1d"],
  run: async (asked, out) => {
    const [service, more] = asked.words
    if (service === undefined || more !== undefined) {
      out.say('Cannot say why: give the name of one service, as in "wakeline why checkout"')
      return 2
    }
    const { operation = '', back } = asked.own
    const backMs = back === undefined ? undefined : parseSpanText(back)
    if (back !== undefined && backMs === undefined) {
      out.say(`Cannot read --back: "${back}" is not a duration such as 15m, 1h30m or 7d`)
      return 2
    }
    const answer = await asked.ask.json(askBottlenecks(service, asked, { operation, backMs }), out.signal)
    out.print(asked.json ? JSON.stringify(answer) : printBottlenecks(service, answer))
    return 0
  },
}
