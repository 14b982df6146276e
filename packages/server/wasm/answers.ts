/** What TypeScript calls to write answers: see `api/written-numbers.ts`. */
export { powersAt } from './numbers'
export { numbersAt, takeTimes, writeOne, writePoints, writtenAt } from './points'
