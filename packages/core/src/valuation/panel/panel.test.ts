import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type IndicatorModel, NETWORKS } from '../indicators/index.js'
import { parseCsv, parsePanel, scoresOf } from './index.js'

const MODEL: IndicatorModel = {
  name: 'two questions',
  reconstructed: false,
  players: [
    {
      id: 'sharer',
      name: 'Sharer',
      networks: ['p-ran', 'wifi'],
      primaries: [
        {
          id: 'a',
          name: 'A',
          secondaries: [
            { id: 'x', name: 'X' },
            { id: 'y', name: 'Y' },
          ],
        },
      ],
    },
  ],
}
const HEADER = 'expert,field,round,player,indicator,importance,p-ran,wifi,broadband,hotspot,mobile'
const GOOD = ['e1,radio,1,sharer,a/x,5,4,3,,,', 'e1,radio,1,sharer,a/y,4,4,2,,,']
const panelOf = (...rows: string[]) => [HEADER, ...rows].join('\n')
const read = (text: string, missing: 'refuse' | 'omit' = 'refuse') => parsePanel(text, { model: MODEL, missing })
const refused = (code: string, data: object = {}) =>
  expect.objectContaining({ code, data: expect.objectContaining(data) })

describe('CSV', () => {
  const field = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é', '1') })
  const table = fc
    .integer({ min: 1, max: 5 })
    .chain(width => fc.array(fc.array(field, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 6 }))
  const quote = (text: string) => `"${text.replaceAll('"', '""')}"`

  it('reads back whatever was quoted', () => {
    fc.assert(
      fc.property(table, fc.constantFrom('\n', '\r\n'), fc.boolean(), (rows, end, last) => {
        const text = rows.map(row => row.map(quote).join(',')).join(end) + (last ? end : '')
        expect(parseCsv(text)).toEqual(rows)
      }),
    )
  })

  it('never fails but by its code, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r') }), text => {
        try {
          for (const row of parseCsv(text)) expect(row.length).toBeGreaterThan(0)
        } catch (error) {
          expect(error).toMatchObject({ code: 'CSV_MALFORMED' })
        }
      }),
    )
  })

  it('accepts a byte order mark', () =>
    expect(parseCsv('\uFEFFa,b\r\n1,2\r\n')).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ]))

  it.each([
    ['a,b\n1\n', { row: 2, column: 2 }],
    ['a,b\n1,2,3\n', { row: 2, column: 3 }],
    ['a,"b\n', { row: 1, column: 2 }],
    ['a,b"c\n', { row: 1, column: 2 }],
    ['a\n"b"c\n', { row: 2, column: 1 }],
    ['a\nb\rc\n', { row: 2, column: 1 }],
  ])('names row and column of what is wrong in %j', (text, place) => {
    expect(() => parseCsv(text)).toThrow(refused('CSV_MALFORMED', place))
  })

  it('has limits', () => {
    expect(() => parseCsv('a'.repeat(2 ** 24 + 1))).toThrow(refused('PANEL_TOO_LARGE'))
    expect(() => parseCsv('a\n'.repeat(200_001))).toThrow(refused('PANEL_TOO_LARGE', { limit: 200_000 }))
  })
})

describe('a panel', () => {
  it('holds every answer', () => {
    const panel = read(panelOf(...GOOD))
    expect(panel).toMatchObject({
      experts: [{ id: 'e1', field: 'radio' }],
      rounds: 1,
      players: ['sharer'],
      omitted: [],
    })
    const item = { round: 1, player: 'sharer', indicator: 'a/x', column: 'wifi' } as const
    expect([...scoresOf(panel, item)]).toEqual([['e1', 3]])
    expect([...scoresOf(panel, { ...item, round: 2 })]).toEqual([])
  })

  it('takes its columns in any order', () => {
    const reversed = (line: string) => line.split(',').reverse().join(',')
    const panel = read([HEADER, ...GOOD].map(reversed).join('\n'))
    expect(panel.answers[0]?.scores.get('p-ran')).toBe(4)
  })

  it.each([
    ['no rows', HEADER, 'PANEL_EMPTY', {}],
    ['nothing', '', 'PANEL_HEADER', { why: 'missing' }],
    ['another separator', HEADER.replaceAll(',', ';'), 'PANEL_HEADER', { row: 1, column: 1 }],
    ['a column twice', `${HEADER},wifi`, 'PANEL_HEADER', { column: 12 }],
    ['a score of 6', panelOf('e1,,1,sharer,a/x,5,6,3,,,'), 'SCORE_OFF_SCALE', { row: 2, column: 'p-ran', value: '6' }],
    ['a score of 0', panelOf('e1,,1,sharer,a/x,0,4,3,,,'), 'SCORE_OFF_SCALE', { row: 2, column: 'importance' }],
    ['half a point', panelOf('e1,,1,sharer,a/x,5,4,3.5,,,'), 'SCORE_OFF_SCALE', { row: 2, column: 'wifi' }],
    ['a minus', panelOf('e1,,1,sharer,a/x,5,-4,3,,,'), 'SCORE_OFF_SCALE', { row: 2, column: 'p-ran' }],
    ['a word', panelOf('e1,,1,sharer,a/x,5,good,3,,,'), 'SCORE_OFF_SCALE', { row: 2, column: 'p-ran' }],
    ['an empty score', panelOf('e1,,1,sharer,a/x,5,4,,,,'), 'SCORE_MISSING', { row: 2, column: 'wifi' }],
    ['a network not compared', panelOf('e1,,1,sharer,a/x,5,4,3,,,2'), 'SCORE_UNEXPECTED', { row: 2, column: 'mobile' }],
    ['a missing row', panelOf(GOOD[0] ?? ''), 'SCORE_MISSING', { expert: 'e1', indicator: 'a/y' }],
    ['an absent round', panelOf(...GOOD, 'e1,radio,3,sharer,a/x,5,4,3,,,'), 'SCORE_MISSING', { round: 2 }],
    ['an answer twice', panelOf(...GOOD, GOOD[0] ?? ''), 'ROW_DUPLICATE', { row: 4, firstRow: 2 }],
    ['an unknown player', panelOf('e1,,1,bank,a/x,5,4,3,,,'), 'CELL_UNKNOWN', { row: 2, column: 'player' }],
    ['an unknown indicator', panelOf('e1,,1,sharer,a/z,5,4,3,,,'), 'CELL_UNKNOWN', { row: 2, column: 'indicator' }],
    ['a fourth round', panelOf('e1,,4,sharer,a/x,5,4,3,,,'), 'CELL_UNKNOWN', { row: 2, column: 'round' }],
    ['a nameless expert', panelOf(',,1,sharer,a/x,5,4,3,,,'), 'CELL_UNKNOWN', { row: 2, column: 'expert' }],
    ['two fields', panelOf(...GOOD, 'e1,law,2,sharer,a/x,5,4,3,,,'), 'CELL_UNKNOWN', { row: 4, column: 'field' }],
  ])('is refused with %s', (_name, text, code, data) => {
    expect(() => read(text)).toThrow(refused(code, data))
  })

  it('lists every answer left out, if that is allowed', () => {
    const second = ['e2,law,1,sharer,a/x,5,4,,,,']
    const panel = read(panelOf(...GOOD, ...second), 'omit')
    expect(panel.omitted).toHaveLength(4)
    expect(panel.omitted[0]).toMatchObject({ expert: 'e2', indicator: 'a/x', column: 'wifi', row: 4 })
    expect(panel.omitted[1]).toMatchObject({ expert: 'e2', indicator: 'a/y', column: 'importance' })
    expect(panel.omitted[1]).not.toHaveProperty('row')
  })

  it('is refused if nobody answered a question, whatever is allowed', () => {
    const empty = panelOf('e1,,1,sharer,a/x,5,4,,,,', 'e1,,1,sharer,a/y,5,4,3,,,')
    expect(() => read(empty, 'omit')).toThrow(refused('ITEM_EMPTY', { indicator: 'a/x', column: 'wifi' }))
  })

  it('may have another scale, within reason', () => {
    const text = panelOf('e1,,1,sharer,a/x,9,7,3,,,', 'e1,,1,sharer,a/y,4,4,2,,,')
    expect(parsePanel(text, { model: MODEL, scale: { min: 1, max: 9 } }).scale.max).toBe(9)
    expect(() => parsePanel(text, { model: MODEL, scale: { min: 5, max: 5 } })).toThrow(refused('OUT_OF_RANGE'))
  })

  it('knows every network as a column', () => {
    for (const network of NETWORKS) expect(HEADER.split(',')).toContain(network)
  })
})
