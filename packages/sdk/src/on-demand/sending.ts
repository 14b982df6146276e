export { openSender } from '../export/http-sender.ts'
