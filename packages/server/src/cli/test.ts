import { testRuleFile } from '../main/rule-files.ts'

/**
 * `wakeline test rules FILE...`: do rules do what files of tests say? The format is that of `promtool test rules`. Exits with 0,
 * or with 1 and what was expected beside what came of it.
 */
export async function runTest([what, ...paths]: readonly string[]): Promise<number> {
  if (what !== 'rules' || paths.length === 0) {
    console.error('Cannot test that: say wakeline test rules FILE...')
    return 2
  }
  let code = 0
  for (const path of paths) {
    const { problems, tests } = await testRuleFile(path)
    if (problems.length === 0) console.log(`ok: ${path}: ${tests} tests`)
    else code = 1
    for (const problem of problems) console.error(`${path}: ${problem}`)
  }
  return code
}
