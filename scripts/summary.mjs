// Prints the closing line of a test run: tests of the JSON report plus the other steps; fails if anything did.
import { existsSync, readFileSync } from 'node:fs'

const [report, otherSteps, failedSteps] = process.argv.slice(2)
const seen = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined

// The test step itself counts as failed when its tests did: do not count it twice.
const testsFailed = seen?.numFailedTests ?? 0
const suitesFailed = testsFailed === 0 ? (seen?.numFailedTestSuites ?? 1) : 0
const stepsFailed = Math.max(0, Number(failedSteps) - (testsFailed + suitesFailed > 0 ? 1 : 0))
const failed = testsFailed + suitesFailed + stepsFailed
const passed = (seen?.numPassedTests ?? 0) + Number(otherSteps) - stepsFailed
const skipped = (seen?.numPendingTests ?? 0) + (seen?.numTodoTests ?? 0)

console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = failed > 0 || seen === undefined ? 1 : 0
