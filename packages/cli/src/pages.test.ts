import { existsSync } from 'node:fs'
import { beforeEach, expect, it, vi } from 'vitest'
import { consoleLink } from './pages.js'

vi.mock('node:fs', () => ({ existsSync: vi.fn() }))
beforeEach(() => void vi.mocked(existsSync).mockReset())

it.each([
  [true, 'http://h:1/#token=t'],
  [false, 'not built: run npm run build'],
])('links to the console if its pages are built (%s), and says how to build them otherwise', (built, shown) => {
  vi.mocked(existsSync).mockReturnValue(built)
  expect(consoleLink('http://h:1', 't')).toBe(shown)
})
