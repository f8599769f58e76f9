export { incompleteBeta, logGamma, studentT } from './student.js'
export { type Estimate, estimate, meanOf, sumOf } from './summary.js'
