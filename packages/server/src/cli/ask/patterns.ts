import { askErrors, askLogPatterns } from '@wakeline/protocol'
import { printErrors, printPatterns } from '../../text/print-patterns.ts'
import { type AskCommand, sayNothing } from './run-asked.ts'

/** `wakeline patterns [SEARCH]`: what log records say, those alike together. */
export const patternsCommand: AskCommand = {
  words: '[SEARCH]',
  sentence: 'Prints what log records that match a search say, those alike together, and which of them are new.',
  flags: {},
  examples: ["wakeline patterns 'level>=warn'", "wakeline patterns 'service:checkout' --last 24h"],
  run: async (asked, out) => {
    const answer = await asked.ask.json(askLogPatterns(asked.words.join(' '), asked), out.signal)
    if (asked.json) for (const pattern of answer.patterns) out.print(JSON.stringify(pattern))
    else if (answer.patterns.length > 0) out.print(printPatterns(answer, out.width))
    else sayNothing('record', asked, out)
    return 0
  },
}

/** `wakeline errors [SERVICE]`: exceptions, the same together. */
export const errorsCommand: AskCommand = {
  words: '[SERVICE]',
  sentence: 'Prints exceptions of spans and log records, the same error together, and which of them are new.',
  flags: {},
  examples: ['wakeline errors', 'wakeline errors checkout --last 24h --json'],
  run: async (asked, out) => {
    const answer = await asked.ask.json(askErrors(asked.words.join(' '), asked), out.signal)
    if (asked.json) for (const error of answer.errors) out.print(JSON.stringify(error))
    else if (answer.errors.length > 0) out.print(printErrors(answer, out.width))
    else out.say('No exception in this time; --last 24h looks further back')
    return 0
  },
}
