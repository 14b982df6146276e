/** "Cannot ..." is said to the user; anything else is a bug and wants its stack, V8's "Cannot read properties" too. */
export function printFailure(error: unknown): void {
  const isSentence = error instanceof Error && !(error instanceof TypeError) && error.message.startsWith('Cannot ')
  console.error(isSentence ? error.message : error)
}
