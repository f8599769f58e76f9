export type * from './types.js'
export { validateScenario } from './validate.js'
