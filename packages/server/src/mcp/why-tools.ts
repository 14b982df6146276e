import { askBottlenecks, parseSpanText } from '@wakeline/protocol'
import { z } from 'zod'
import { printBottlenecks } from '../text/print-bottlenecks.ts'
import type { AddTool } from './mcp-server.ts'

export function addWhyTools(add: AddTool): void {
  const told = {
    title: 'Why is it slow',
    description:
      'Why a service is slower than before: where a sample of its requests waited now and in the time before (services at work and calls), errors and steps that are new, the services likely to blame, and example traces.',
    input: {
      service: z.string().describe('As list_services names it.'),
      operation: z.string().default('').describe('Requests to this operation alone; empty for all.'),
      back: z
        .string()
        .optional()
        .describe('How much earlier the time before lies: 1d for the same time yesterday. Default right before.'),
    },
  }
  add('why_slow', told, async ({ service, operation, back }, at, { ask, signal }) => {
    const backMs = back === undefined ? undefined : parseSpanText(back)
    if (back !== undefined && backMs === undefined)
      return `Cannot read back: "${back}" is not a duration such as 15m, 1h30m or 7d`
    return printBottlenecks(service, await ask.json(askBottlenecks(service, at, { operation, backMs }), signal))
  })
}
