export { Intake, type IntakeOptions, refusal } from './intake.js'
export { sameKey, signerKeys } from './signer-keys.js'
export { Submission } from './submission.js'
