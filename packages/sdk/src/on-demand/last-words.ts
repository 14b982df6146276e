export { sendLastWords } from '../export/last-words.ts'
