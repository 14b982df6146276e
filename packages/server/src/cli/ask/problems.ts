import { askServiceProblems } from '@wakeline/protocol'
import { printProblems } from '../../text/print-problems.ts'
import type { AskCommand } from './run-asked.ts'

/** `wakeline problems SERVICE` */
export const problemsCommand: AskCommand = {
  words: 'SERVICE',
  sentence: 'Says what is wrong in the traces of a service: the same call again and again, retries, slow queries.',
  flags: { operation: { value: 'NAME', sentence: 'Only below this operation of the service.' } },
  examples: ['wakeline problems inventory', "wakeline problems storefront --operation 'GET /products' --last 24h"],
  run: async (asked, out) => {
    const [service, more] = asked.words
    if (service === undefined || more !== undefined) {
      out.say(
        'Cannot look for problems: give the name of one service; "wakeline query" or the page Services lists them',
      )
      return 2
    }
    const question = askServiceProblems(service, asked.own['operation'] ?? '', asked)
    const answer = await asked.ask.json(question, out.signal)
    if (asked.json) for (const problem of answer.problems) out.print(JSON.stringify(problem))
    else out.print(printProblems(answer))
    return 0
  },
}
