export * from './codes.js'
export { type FolderLock, lockFolder } from './lock.js'
export { MemoryStore } from './memory.js'
export * from './store.js'
