export { type AhpWeights, ahpMatrixFromUpper, ahpWeights, CONSISTENCY_LIMIT } from './ahp.js'
export { type EntropyWeights, entropyWeights } from './entropy.js'
export { equalWeights, importanceWeights } from './simple.js'
