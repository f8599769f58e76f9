export * from './lab.js'
export { greet, openFlow } from './under-test.js'
