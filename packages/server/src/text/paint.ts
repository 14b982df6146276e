/**
 * Colours for a terminal, or none: severity and errors only, as everywhere. What was logged must not move the cursor or
 * change colours itself, so text from records goes through `visible` first.
 */
export type Paint = (colour: Colour, text: string) => string
export type Colour = keyof typeof codes

const codes = { grey: 90, red: 31, amber: 33, green: 32, cyan: 36, bold: 1 } as const

export const plain: Paint = (_, text) => text

export const coloured: Paint = (colour, text) => `\u001b[${codes[colour]}m${text}\u001b[${colour === 'bold' ? 22 : 39}m`

/** Line ends and tabs stay; every other control character is shown, not obeyed. */
export function visible(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g,
    (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
}

/** Cut to so many characters, the last of them `…` where something is missing. */
export function cut(text: string, width: number): string {
  const characters = [...text]
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`
}
