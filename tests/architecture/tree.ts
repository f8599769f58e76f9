import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project as the rules see it: path (from the root, with `/`) to text. Planted violations are added to a copy. */
export type Tree = ReadonlyMap<string, string>

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

const TEXT = /\.(ts|tsx|md|json|ya?ml|sh|css|html)$|(^|\/)run$/

/** Every text file that git tracks or would track. */
export function readTree(root = ROOT): Tree {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  const paths = listed.split('\n').filter(path => TEXT.test(path) && existsSync(join(root, path)))
  return new Map(paths.map(path => [path, readFileSync(join(root, path), 'utf8')]))
}

export interface Import {
  readonly from: string
  /** Path from the root without extension for our own files, else the bare specifier. */
  readonly to: string
  readonly line: number
}

const IMPORT = /(?:^|\n)\s*(?:import|export)\s(?:[^'"]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g

/** All static and dynamic imports of one source file, resolved inside the project. */
export function importsOf(path: string, text: string): Import[] {
  return [...text.matchAll(IMPORT)].map(match => {
    const specifier = match[1] ?? match[2] ?? ''
    const line = text.slice(0, (match.index ?? 0) + match[0].length).split('\n').length
    return { from: path, to: resolveSpecifier(path, specifier), line }
  })
}

function resolveSpecifier(path: string, specifier: string): string {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(path), specifier).replace(/\.(js|ts|tsx)$/, '')
  const own = /^@conet\/([a-z]+)(?:\/(.+))?$/.exec(specifier)
  if (own === null) return specifier
  const room = own[2] === undefined ? '' : `${own[2]}/`
  return `packages/${own[1]}/src/${room}index`
}
