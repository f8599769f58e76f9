// Prints the closing line of a test run: tests of the JSON reports plus the other steps; fails if anything did.
import { existsSync, readFileSync } from 'node:fs'

/** Each run is `<path of the report>:<exit code of the runner>`. */
const [otherSteps, failedSteps, ...runs] = process.argv.slice(2)

let passed = Number(otherSteps) - Number(failedSteps)
let failed = Number(failedSteps)
let skipped = 0
for (const run of runs) {
  const [path, code] = run.split(':')
  const report = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
  const tests = report?.numFailedTests ?? 0
  // A file that could not be run at all, or an error outside every test, has no failed test of its own.
  failed += tests > 0 ? tests : report?.numFailedTestSuites || (report === undefined || code !== '0' ? 1 : 0)
  passed += report?.numPassedTests ?? 0
  skipped += (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0)
}

console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = failed > 0 ? 1 : 0
