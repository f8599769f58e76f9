export { type FakeOptions, FakeProvider } from './fake-provider.js'
