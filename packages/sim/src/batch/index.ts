export { readBytes, readText } from './files.js'
export { type Batch, type BatchPlan, runBatch, writeReport } from './run.js'
export { loadScenario, scenarioPath, shippedScenarios } from './scenarios.js'
