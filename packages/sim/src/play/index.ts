export { playScenario, runScenario, scenarioHash } from './play.js'
export * from './types.js'
