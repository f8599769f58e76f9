export { referencePanel } from './reference-panel.js'
export { seededSource } from './seeded-source.js'
