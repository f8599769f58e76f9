import { spawnSync } from 'node:child_process'
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

it.each(['stdout', 'stderr'] as const)('writes to %s and nothing to the other', stream => {
  const built = new URL('../../dist/log/index.js', import.meta.url).href
  const code = `(await import('${built}')).createLogger('info', '${stream}').info('up')`
  const ran = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' })
  expect(JSON.parse(ran[stream])).toMatchObject({ msg: 'up' })
  expect(ran[stream === 'stdout' ? 'stderr' : 'stdout']).toBe('')
})
