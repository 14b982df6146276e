/** Of an answer in format TSV. */
export const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '')
