import { expect, it } from 'vitest'
import { consoleLink } from './pages.js'

it.each([
  ['/pages', 'http://h:1/#token=t'],
  ['', 'not built: run npm run build'],
])('links to the console if its pages are built (%j), and says how to build them otherwise', (built, shown) => {
  expect(consoleLink('http://h:1', 't', built)).toBe(shown)
})
