import { type ParseArgsConfig, parseArgs } from 'node:util'

type Config<O> = { readonly allowPositionals: true; readonly options: O }

/**
 * What a command of this repository was called with, by Node's `parseArgs`. `--help` prints the usage and ends the process with 0; an
 * option that is not known, or lacks its value, prints what is wrong with it and the usage, and ends it with 2.
 */
export function readCommandArguments<const O extends NonNullable<ParseArgsConfig['options']>>(
  usage: string,
  options: O,
): ReturnType<typeof parseArgs<Config<O>>> {
  if (process.argv.includes('--help')) {
    console.log(usage)
    process.exit(0)
  }
  try {
    return parseArgs<Config<O>>({ allowPositionals: true, options })
  } catch (error) {
    console.error(`Cannot read the arguments: ${error instanceof Error ? error.message : error}\n${usage}`)
    process.exit(2)
  }
}
