export { ADMIN_TOKEN, startTestApi, type TestApi } from './context.js'
export { MemoryEngine } from './engine.js'
export { MemoryProvider } from './provider.js'
