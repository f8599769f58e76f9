import { BANS_IN_CORE, LAYERS, ROOM_README } from './lists.js'
import { importsOf, type Tree } from './tree.js'

/** A breach of a rule, with the place and what to do. */
export type Breach = string

export interface Rule {
  readonly name: string
  readonly reason: string
  check(tree: Tree): Breach[]
}

const isSource = (path: string) => /^packages\/.*\/src\/.*\.(ts|tsx)$/.test(path)
const isTest = (path: string) => /\.test\.tsx?$|\/(fixtures|testing)\//.test(path)

function layerOf(path: string): number {
  return LAYERS.findIndex(layer => layer.some(prefix => path.startsWith(prefix)))
}

const importOrder: Rule = {
  name: 'import-order',
  reason: 'what stands below must not know what stands above (design 2)',
  check: tree =>
    [...tree]
      .filter(([path]) => isSource(path) && !isTest(path))
      .flatMap(([path, text]) =>
        importsOf(path, text)
          .filter(found => found.to.startsWith('packages/'))
          .filter(found => layerOf(found.to) > layerOf(path) || sidewaysBetween(path, found.to))
          .map(
            found => `${path}:${found.line} imports ${found.to}, which stands above or beside it: pass it in instead`,
          ),
      ),
}

/** Rooms of one layer (engines and gateways, node and sim, cli and web) do not import each other. */
function sidewaysBetween(from: string, to: string): boolean {
  const layer = layerOf(from)
  if (layer !== layerOf(to)) return false
  const prefix = (path: string) => LAYERS[layer]?.find(candidate => path.startsWith(candidate))
  return prefix(from) !== prefix(to)
}

const everyFileHasALayer: Rule = {
  name: 'layer-known',
  reason: 'a room outside the ordered list would escape the import order',
  check: tree =>
    [...tree.keys()]
      .filter(path => isSource(path) && layerOf(path) < 0)
      .map(path => `${path} is in no layer: add its room to lists.ts`),
}

const moduleIslands: Rule = {
  name: 'module-islands',
  reason: 'ledger modules declare needs in needs.ts; only the composition list knows them all (design 2)',
  check: tree =>
    [...tree]
      .filter(([path]) => moduleOf(path) !== undefined && !isTest(path))
      .flatMap(([path, text]) =>
        importsOf(path, text)
          .filter(found => moduleOf(found.to) !== undefined && moduleOf(found.to) !== moduleOf(path))
          .map(found => `${path}:${found.line} imports module ${moduleOf(found.to)}: declare the methods in needs.ts`),
      ),
}

function moduleOf(path: string): string | undefined {
  return /^packages\/core\/src\/ledger\/modules\/([a-z]+)\//.exec(path)?.[1]
}

const pureCore: Rule = {
  name: 'pure-core',
  reason: 'replay and simulation need the same result everywhere (design 7.4)',
  check: tree =>
    [...tree]
      .filter(([path]) => path.startsWith('packages/core/src/') && !isTest(path))
      .flatMap(([path, text]) =>
        text
          .split('\n')
          .flatMap((line, index) =>
            BANS_IN_CORE.filter(ban => ban.pattern.test(stripComment(line))).map(
              ban => `${path}:${index + 1} uses ${ban.what}: ${ban.reason}`,
            ),
          ),
      ),
}

function stripComment(line: string): string {
  return /^\s*(\*|\/\*|\/\/)/.test(line) ? '' : line.replace(/\/\/ .*$/, '')
}

const roomReadmes: Rule = {
  name: 'room-readme',
  reason: 'what a room does not own settles where a thing goes (design 7.1)',
  check: tree =>
    [...tree.keys()]
      .filter(path => isSource(path) && /\/(index|main)\.tsx?$/.test(path))
      .map(path => path.replace(/[^/]+$/, 'README.md'))
      .filter(readme => !ROOM_README.every(start => roomLines(tree, readme).some(line => line.startsWith(start))))
      .map(readme => `${readme} must have the lines ${ROOM_README.join(' ')}`),
}

/** The README of a package's only room may stand beside its package.json. */
function roomLines(tree: Tree, readme: string): string[] {
  return (tree.get(readme) ?? tree.get(readme.replace('/src/', '/')) ?? '').split('\n')
}

const mapRows: Rule = {
  name: 'map-rows',
  reason: 'docs/map.md promises where each requirement lives and what tests it (design 2)',
  check: tree => {
    const rows = (tree.get('docs/map.md') ?? '')
      .split('\n')
      .filter(line => /^\| [^-]/.test(line))
      .slice(1)
    if (rows.length === 0) return ['docs/map.md has no rows']
    return rows.flatMap(row => {
      const cells = row
        .split('|')
        .slice(1, -1)
        .map(cell => cell.trim().replaceAll('`', ''))
      const [, , , folder = '', test = ''] = cells
      const exists = (wanted: string) =>
        wanted !== '' && [...tree.keys()].some(path => path === wanted || path.startsWith(`${wanted}/`))
      return [folder, test]
        .filter(path => !exists(path))
        .map(path => `docs/map.md: "${path}" does not exist (row: ${cells[0]})`)
    })
  },
}

/** Members of a closed set of codes, and codes that are thrown or returned in place. */
const CODE_IN_SET = /\b([A-Z][A-Z0-9_]{3,}): '(?:reject|ignore|retry|punish)'/g
const CODE_IN_PLACE = /(?:Error|reject|fail\w*|malformed)\(\s*'([A-Z][A-Z0-9_]{3,})'/g
/** The system's own, not ours. */
const SYSTEM_CODES: readonly string[] = ['ECONNABORTED', 'ETIMEDOUT']

function codesOf(text: string): string[] {
  const found = [CODE_IN_SET, CODE_IN_PLACE].flatMap(form => [...text.matchAll(form)].map(match => match[1] ?? ''))
  return found.filter(code => !SYSTEM_CODES.includes(code))
}

const CODES_PAGE = 'docs/reference/codes.md'

const codesListed: Rule = {
  name: 'codes-listed',
  reason: 'a code is API: whoever meets one finds in one list what it means and what to do',
  check: tree => {
    const sources = [...tree].filter(([path]) => isSource(path) && !isTest(path))
    const page = tree.get(CODES_PAGE) ?? ''
    const listed = new Set([...page.matchAll(/`([A-Z][A-Z0-9_]{3,})`/g)].map(match => match[1] ?? ''))
    const missing = sources.flatMap(([path, text]) =>
      codesOf(text)
        .filter(code => !listed.has(code))
        .map(code => `${path}: ${code} is not in ${CODES_PAGE}: say there what it means and what to do`),
    )
    const all = sources.map(([, text]) => text).join('\n')
    const gone = [...listed].filter(code => !code.startsWith('CONET_') && !new RegExp(`\\b${code}\\b`).test(all))
    return [...missing, ...gone.map(code => `${CODES_PAGE}: nothing says ${code} any more: remove it`)]
  },
}

const noLeftovers: Rule = {
  name: 'no-leftovers',
  reason: 'a skipped or focused test, a silenced type error or a note to self hides work (design 7.12)',
  check: tree =>
    [...tree]
      .filter(([path]) => /\.(ts|tsx)$/.test(path) && !path.startsWith('tests/architecture/'))
      .flatMap(([path, text]) =>
        text
          .split('\n')
          .flatMap((line, index) =>
            /\b(it|test|describe)\.(only|todo|skip)\b|\bTODO\b|\bFIXME\b|@ts-(ignore|nocheck)/.test(line)
              ? [`${path}:${index + 1} leaves behind: ${line.trim().slice(0, 80)}`]
              : [],
          ),
      ),
}

const noForeignPlaces: Rule = {
  name: 'no-machine-paths',
  reason: 'what one machine is called must not leak into the project',
  check: tree =>
    [...tree]
      .filter(([path]) => !path.startsWith('tests/architecture/'))
      .flatMap(([path, text]) =>
        /(^|[\s'"`(=])\/(work|root|home\/[a-z]+)\//m.test(text) ||
        /registry\.npmjs\.org|proxy\.golang\.org|deb\.debian\.org/.test(text)
          ? [`${path} names a path of a machine or a registry host`]
          : [],
      ),
}

const dependencies: Rule = {
  name: 'dependencies',
  reason: 'each dependency is pinned exactly and has a line of reason in docs/adr/0001-dependencies.md',
  check: tree => {
    const reasons = tree.get('docs/adr/0001-dependencies.md') ?? ''
    return [...tree]
      .filter(([path]) => /(^|\/)package\.json$/.test(path))
      .flatMap(([path, text]) => {
        const manifest = JSON.parse(text) as Record<string, Record<string, string> | undefined>
        const all = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
        const outside = all.filter(([name]) => !name.startsWith('@conet/'))
        return [
          ...outside
            .filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))
            .map(([name]) => `${path}: ${name} is not pinned`),
          ...outside
            .filter(([name]) => !reasons.includes(`\`${name}\``))
            .map(([name]) => `${path}: ${name} has no reason in ADR 1`),
        ]
      })
  },
}

export const RULES: readonly Rule[] = [
  importOrder,
  everyFileHasALayer,
  moduleIslands,
  pureCore,
  roomReadmes,
  mapRows,
  codesListed,
  noLeftovers,
  noForeignPlaces,
  dependencies,
]
