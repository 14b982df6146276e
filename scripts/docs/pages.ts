import { optionsPage } from '../../packages/server/src/cli/help.ts'

/** Pages made from the source they describe: path and text. */
export const pages: Readonly<Record<string, () => string>> = {
  'docs/reference/options.md': optionsPage,
}
