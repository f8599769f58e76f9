// Runs in a browser as well: files and threads are in `batch`, pictures in `report`, file formats in `input`.
export { SIM_CODES, type SimCode, SimError } from './codes.js'
export * from './play/index.js'
export * from './scenario/index.js'
