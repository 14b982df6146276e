import { readFile } from 'node:fs/promises'
import { askBacktest, type BacktestAnswer, parseSpanText } from '@wakeline/protocol'
import { alertsOfFile, type RuleToTry } from '../../main/rule-files.ts'
import { printBacktest } from '../../text/print-backtest.ts'
import type { AskCommand, Out } from './run-asked.ts'

const usualLast = '28d'

/** `wakeline backtest FILE|EXPRESSION`: how often rules would have fired. */
export const backtestCommand: AskCommand = {
  words: 'FILE...|EXPRESSION',
  sentence: `Tells how often alerts would have fired on what is stored: those of rule files, or of one expression. Over ${usualLast} where no time is said.`,
  flags: {
    for: { value: 'DURATION', sentence: 'Of an expression: `for`. Default 0s.' },
    'keep-firing-for': { value: 'DURATION', sentence: 'Of an expression: `keep_firing_for`. Default 0s.' },
    interval: { value: 'DURATION', sentence: 'Between two evaluations. Default 1m.' },
  },
  examples: ['wakeline backtest rules/api.yml', "wakeline backtest 'up == 0' --for 5m --last 7d"],
  run: async (asked, out) => {
    const rules = await rulesOf(asked.words, asked.own)
    if ('error' in rules) {
      out.say(rules.error)
      return 2
    }
    const isTimeSaid = ['last', 'from', 'to'].some((name) => asked.own[name] !== undefined)
    const fromMs = isTimeSaid ? asked.fromMs : asked.toMs - (parseSpanText(usualLast) ?? 0)
    for (const rule of rules.rules) {
      const answer = await asked.ask.json(askBacktest(rule, { fromMs, toMs: asked.toMs }), out.signal)
      print(rule, answer, { out, json: asked.json })
    }
    return 0
  },
}

function print(rule: RuleToTry, answer: BacktestAnswer, { out, json }: { out: Out; json: boolean }): void {
  if (json) out.print(JSON.stringify({ alert: rule.name, ...answer }))
  else out.print(printBacktest(rule.name, answer))
}

type Own = Readonly<Record<string, string | undefined>>

/** Words that name files are rule files; else they are an expression. */
async function rulesOf(
  words: readonly string[],
  own: Own,
): Promise<{ rules: readonly RuleToTry[] } | { error: string }> {
  if (words.length === 0)
    return { error: "Cannot try nothing: give rule files, or an expression as in wakeline backtest 'up == 0'" }
  const lengths: Record<string, number> = {}
  for (const name of ['for', 'keep-firing-for', 'interval']) {
    const text = own[name]
    const ms = text === undefined ? undefined : text === '0s' ? 0 : parseSpanText(text)
    if (text !== undefined && ms === undefined)
      return { error: `Cannot read --${name}: "${text}" is not a duration such as 5m` }
    if (ms !== undefined) lengths[name] = ms
  }
  if (words.every((word) => /\.ya?ml$/.test(word))) {
    const rules: RuleToTry[] = []
    for (const path of words) {
      const text = await readFile(path, 'utf8').catch((error: Error) => error)
      if (typeof text !== 'string') return { error: `Cannot read ${path}: ${text.message}` }
      const found = alertsOfFile(path, text)
      if ('errors' in found) return { error: found.errors.join('\n') }
      rules.push(...found.rules.map((rule) => ({ ...rule, intervalMs: lengths['interval'] ?? rule.intervalMs })))
    }
    return { rules }
  }
  const expression = words.join(' ')
  const { for: holdMs = 0, 'keep-firing-for': keepFiringMs = 0, interval: intervalMs = 60_000 } = lengths
  return { rules: [{ name: expression, expression, holdMs, keepFiringMs, intervalMs }] }
}
