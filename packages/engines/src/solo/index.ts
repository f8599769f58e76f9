export { openSolo, type SoloOptions } from './solo.js'
