export { applySetup, type SetupPorts, undoSetup } from './apply.js'
export { SETUP_CODES, type SetupCode } from './codes.js'
export { type Command, type Plan, type PlannedFile, planSetup, planText } from './plan.js'
export { checkSetup, DEFAULT_SETUP, type SetupSpec, type System } from './spec.js'
