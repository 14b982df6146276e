export { prettyLine } from '../logs/pretty-line.ts'
