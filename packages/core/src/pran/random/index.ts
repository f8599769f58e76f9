export { hashGaussian, hashUniform } from './hash.js'
export { createRandom, type Random, type RandomState, resumeRandom } from './random.js'
