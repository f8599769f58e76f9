import { expect, it } from 'vitest'
import { createLogger } from './index.js'

it('writes one JSON object per line and blacks secrets out', () => {
  const lines: string[] = []
  const log = createLogger('info', { write: line => lines.push(line) })
  log.debug('too fine')
  log.info(
    { session: 's1', grant: { access: { password: 'hunter2' } }, headers: { authorization: 'Bearer x' } },
    'granted',
  )
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    msg: 'granted',
    session: 's1',
    grant: { access: { password: '[secret]' } },
    headers: { authorization: '[secret]' },
  })
})
