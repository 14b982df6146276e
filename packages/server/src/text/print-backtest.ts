import type { BacktestAnswer } from '@wakeline/protocol'

const dayMs = 86_400_000
const shownMax = 10

/** How often an alert would have fired, and when it last did. */
export function printBacktest(name: string, answer: BacktestAnswer): string {
  const { figures, episodes, episodesTotal, dataFromMs, fromMs, toMs } = answer
  if (dataFromMs === null) return `${name}: nothing it asks for is stored in this time`
  const days = ((toMs - dataFromMs) / dayMs).toFixed(1)
  const asked = ((toMs - fromMs) / dayMs).toFixed(1)
  const ofAsked = days === asked ? '' : ` (of ${asked} asked for; there are no more data)`
  const range = `${figures.perWeekLow.toFixed(1)} to ${figures.perWeekHigh.toFixed(1)}`
  const lines = [
    `${name}: would have fired ${episodesTotal === 1 ? 'once' : `${episodesTotal} times`} in ${days} days${ofAsked}`,
    `  ${figures.perWeek.toFixed(1)} a week (${range}), worst week ${figures.worstWeek}, at night ${figures.nightEpisodes}, firing for ${Math.round(figures.firingMinutes)} minutes in all`,
    ...episodes.slice(-shownMax).map(({ startMs, endMs, labels }) => {
      const until = endMs === null ? 'still firing' : `${Math.round((endMs - startMs) / 60_000)} min`
      const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`)
      return `  ${new Date(startMs).toISOString().slice(0, 16)}Z  ${until}  {${pairs.join(', ')}}`
    }),
  ]
  if (episodesTotal > shownMax) lines.push(`  (the last ${shownMax} of ${episodesTotal}; --json has up to 1000)`)
  return lines.join('\n')
}
