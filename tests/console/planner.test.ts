import { readFile } from 'node:fs/promises'
import { runScenario, validateScenario } from '@conet/sim'
import { csvFiles, summarise } from '@conet/sim/page'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { contrast, structure } from './audit.js'
import { type Bench, missing, startBench, TOKEN, tabTo } from './browser.js'

if (missing !== undefined) console.log(`SKIPPED: planner in a browser: ${missing}`)

const PAGES = ['Scenario', 'Run', 'Value', 'Export']
const SITE = /^Site \d+ at /

/** What the same run measures without a browser. */
async function metricsInNode(durationS: number, seed: number): Promise<string | undefined> {
  const file = new URL('../../packages/sim/scenarios/city-block.yaml', import.meta.url)
  const scenario = validateScenario({ ...parse(await readFile(file, 'utf8')), durationS })
  const result = runScenario(scenario, seed)
  return csvFiles(summarise(scenario, [result]), [result])['metrics.csv']
}

/** Opens a page of the planner the way its navigation does. */
async function turnTo(page: Page, name: string): Promise<void> {
  const link = page.getByRole('navigation', { name: 'Planner pages' }).getByRole('link', { name })
  await link.click()
  await expect.poll(() => link.getAttribute('aria-current')).toBe('page')
  await page.getByRole('heading', { level: 2 }).first().waitFor()
}

const row = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name })
const status = (page: Page) => page.getByRole('status').filter({ hasText: /Not started|Playing|Paused|Finished/ })

describe.runIf(missing === undefined)('the planner in a browser', { timeout: 60_000 }, () => {
  let bench: Bench
  const pages: Page[] = []
  const open = async (options = {}) => {
    const { page, complaints } = await bench.open(`/#token=${TOKEN}`, options)
    pages.push(page)
    await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Planner' }).click()
    await page.getByRole('heading', { name: 'Map' }).waitFor()
    return { page, complaints }
  }
  beforeAll(async () => {
    bench = await startBench()
  }, 60_000)
  afterEach(async () => {
    await Promise.all(pages.splice(0).map(page => page.context().close()))
  })
  afterAll(() => bench?.close())

  it('edits a scenario on the map, with the keyboard alone', async () => {
    const { page, complaints } = await open()
    const sites = page.getByRole('button', { name: SITE })
    await expect.poll(() => sites.count()).toBe(4)
    await tabTo(page, 'Add site')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Site 5 at 500, 400 m' }).focus()
    await page.keyboard.press('ArrowRight')
    await page.getByRole('button', { name: 'Site 5 at 510, 400 m' }).waitFor()
    await page.getByLabel('East').fill('730')
    await page.getByRole('button', { name: 'Site 5 at 730, 400 m' }).focus()
    await page.keyboard.press('Delete')
    await expect.poll(() => sites.count()).toBe(4)
    await page.getByRole('button', { name: 'Add building' }).click()
    await page.getByRole('button', { name: 'Building 1' }).waitFor()
    expect(complaints).toEqual([])
  })

  it('moves a site with the mouse', async () => {
    const { page } = await open()
    const box = await page.getByRole('button', { name: /^Site 1 / }).boundingBox()
    if (box === null) throw new Error('the site has no place on the page')
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + 60, y)
    await page.mouse.up()
    const name = await page.getByRole('button', { name: /^Site 1 / }).getAttribute('aria-label')
    expect(Number(/at ([\d.]+),/.exec(name ?? '')?.[1])).toBeGreaterThan(300)
  })

  it('says what is wrong with a negative power, and does not play it', async () => {
    const { page } = await open()
    await page.getByLabel('Power', { exact: true }).fill('-3')
    await page.getByRole('alert').filter({ hasText: 'OUT_OF_RANGE' }).waitFor()
    expect(await page.getByLabel('Power', { exact: true }).getAttribute('aria-invalid')).toBe('true')
    await page.getByText('radio/powerDbm is -3: allowed is 0 to 80. (OUT_OF_RANGE)').waitFor()
    await turnTo(page, 'Run')
    expect(await page.getByRole('button', { name: 'Play' }).isDisabled()).toBe(true)
    await turnTo(page, 'Scenario')
    await page.getByLabel('Power', { exact: true }).fill('40')
    await page.getByText('This scenario can be played').waitFor()
  })

  it('writes a scenario and reads it again; a broken file is refused with its code', async () => {
    const { page } = await open()
    await page.getByLabel('Duration').fill('77')
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as YAML' }).click(),
    ])
    const text = await readFile(await download.path(), 'utf8')
    expect(text).toContain('durationS: 77')
    const choose = (name: string, content: string) =>
      page
        .getByLabel('Open a scenario')
        .setInputFiles({ name, mimeType: 'application/yaml', buffer: Buffer.from(content) })
    await choose('mine.yaml', text.replace('durationS: 77', 'durationS: 88'))
    await expect.poll(() => page.getByLabel('Duration').inputValue()).toBe('88')
    await page
      .getByLabel('Sites from GeoJSON')
      .setInputFiles({ name: 'sites.geojson', mimeType: 'application/json', buffer: Buffer.from('{"type":"Point"}') })
    await page.getByRole('alert').filter({ hasText: 'area/origin is missing' }).waitFor()
    await choose('bad.yaml', 'name: [')
    await page.getByRole('alert').filter({ hasText: 'UNREADABLE' }).waitFor()
  })

  it('steps, plays, pauses, goes on to the end; the figures change', async () => {
    const { page, complaints } = await open()
    await page.getByLabel('Duration').fill('60')
    await turnTo(page, 'Run')
    await page.getByRole('button', { name: 'Step' }).click()
    await page.getByText('Paused, 1 s of 60 s').waitFor()
    const delivered = () => row(page, 'Delivered, MB').getByRole('cell').last().textContent()
    const first = await delivered()
    await page.getByLabel('Speed').selectOption('20 steps a second')
    await page.getByRole('button', { name: 'Play' }).click()
    await expect.poll(delivered, { timeout: 15_000 }).not.toBe(first)
    await page.getByRole('button', { name: 'Pause' }).click()
    // A step that was asked for before the pause may still arrive.
    await page.waitForTimeout(500)
    const stopped = await status(page).textContent()
    await page.waitForTimeout(700)
    expect(await status(page).textContent()).toBe(stopped)
    expect(stopped).toMatch(/^Paused, \d+ s of 60 s$/)
    await page.getByLabel('Speed').selectOption('as fast as it goes')
    await page.getByRole('button', { name: 'Play' }).click()
    await page.getByRole('table', { name: 'Result without and with P-RAN' }).waitFor({ timeout: 30_000 })
    expect(Number(await delivered())).toBeGreaterThan(Number(first))
    await page.getByRole('img', { name: /^Map at 60 s: \d+ terminals over the cell/ }).waitFor()
    await page.getByLabel('Background').selectOption('with')
    await page.getByRole('button', { name: 'Start over' }).click()
    await page.getByText('Not started').waitFor()
    expect(complaints).toEqual([])
  })

  it('couples the return to the run, follows its sliders, and hands out one report', async () => {
    const { page, complaints } = await open()
    await page.getByLabel('Duration').fill('40')
    await turnTo(page, 'Run')
    await page.getByLabel('Speed').selectOption('as fast as it goes')
    await page.getByRole('button', { name: 'Play' }).click()
    await page.getByRole('table', { name: 'Result without and with P-RAN' }).waitFor({ timeout: 30_000 })
    await turnTo(page, 'Value')
    await page.getByText('This panel is synthetic').waitFor()
    const npv = () => page.getByText('Net present value, CNY').locator('xpath=following-sibling::dd').textContent()
    const formula = await npv()
    await page.getByLabel('Use the coverage that the run measured').check()
    await expect.poll(npv).not.toBe(formula)
    const measured = await npv()
    await page.getByLabel('Reward per sharer and period').fill('300')
    await expect.poll(npv).not.toBe(measured)
    await page.getByLabel('Player', { exact: true }).selectOption('sharer')
    await expect
      .poll(() => page.getByRole('table', { name: 'Networks compared' }).getByRole('rowheader').count())
      .toBe(3)
    await turnTo(page, 'Export')
    const save = async (name: string) => {
      const button = page.getByRole('button', { name, exact: true })
      const [download] = await Promise.all([page.waitForEvent('download'), button.click()])
      return readFile(await download.path())
    }
    const report = (await save('planner-report.html')).toString()
    expect(report).toContain('measured by the run above')
    expect(report).not.toContain('<script')
    expect((await save('metrics.csv')).toString()).toBe(await metricsInNode(40, 1))
    expect((await save('map.png')).subarray(1, 4).toString()).toBe('PNG')
    expect((await save('tornado.png')).subarray(1, 4).toString()).toBe('PNG')
    expect((await save('radar-user.svg')).toString()).toMatch(/^<svg/)
    expect(complaints).toEqual([])
  })

  it('refuses a panel with a score off the scale, with its place', async () => {
    const { page } = await open()
    await turnTo(page, 'Value')
    const text =
      'expert,field,round,player,indicator,importance,p-ran,wifi,broadband,hotspot,mobile\ne1,,1,user,convenience/operation,9,4,3,4,2,5\n'
    await page
      .getByLabel('Open a panel of experts')
      .setInputFiles({ name: 'panel.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
    await page.getByRole('alert').filter({ hasText: 'row 2, column importance' }).waitFor()
    await page.getByText('SCORE_OFF_SCALE').waitFor()
  })

  it.each([
    ['light', 1280],
    ['dark', 390],
  ] as const)('is labelled, in order, readable and fits: %s, %i px', async (colorScheme, width) => {
    const { page } = await open({ colorScheme, viewport: { width, height: 844 } })
    for (const name of PAGES) {
      await turnTo(page, name)
      expect(await structure(page), name).toEqual([])
      const { checked, low } = await contrast(page)
      expect(low, name).toEqual([])
      expect(checked).toBeGreaterThan(10)
      expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(width)
    }
  })
})
