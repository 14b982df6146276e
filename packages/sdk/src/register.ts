// `node --import wakeline/register app.js`, or `--require`: starts with what the environment says.
import { start } from './index.ts'

start()
