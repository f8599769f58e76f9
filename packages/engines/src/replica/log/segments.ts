import { join } from 'node:path'
import { engineError } from '../../codes.js'
import type { LogFile, LogFs } from './fs.js'
import { HEADER_BYTES, isFullLength, type RecordPlace, type Scan, scanSegment } from './record.js'

const NAME = /^blocks-(\d{12})\.log$/

/** File name of the segment whose first record has this height; names sort by height. */
export function segmentName(firstHeight: number): string {
  return `blocks-${String(firstHeight).padStart(12, '0')}.log`
}

/** Reads a whole file. */
export async function readWhole(file: Pick<LogFile, 'read' | 'size'>): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(await file.size())
  let done = 0
  while (done < bytes.length) {
    const got = await file.read(bytes.subarray(done), done)
    if (got === 0) break
    done += got
  }
  return bytes.subarray(0, done)
}

/**
 * Indexes an older segment; every byte of it was acknowledged.
 * @param nextHeight - first height of the segment that follows
 * @throws ConetError `LOG_CORRUPT`
 */
export async function readSegment(fs: LogFs, path: string, firstHeight: number, nextHeight?: number): Promise<Scan> {
  const file = await fs.open(path)
  try {
    const scan = scanSegment(await readWhole(file), firstHeight)
    const complete = nextHeight === undefined || firstHeight + scan.records.length === nextHeight
    if (scan.tail !== 'clean' || !complete) throw corrupt(path, scan.end)
    return scan
  } finally {
    await file.close()
  }
}

/** The file operations that reading a log needs. */
export interface ReadOnlyLogFs {
  list(dir: string): Promise<string[]>
  open(path: string): Promise<Pick<LogFile, 'read' | 'size' | 'close'>>
}

/** Bytes behind the last good record of a log. */
export interface LogTail {
  readonly file: string
  /** Where they begin. */
  readonly offset: number
  readonly bytes: number
  /** They begin with a record of full length whose checksum is wrong: damage, not an unfinished write. */
  readonly fullLength: boolean
}

/**
 * Reads every whole record of a log in order without changing a byte of it: also of a log that a running node writes to.
 * @param onTail - told when something lies behind the last good record, after that record
 * @throws ConetError `LOG_CORRUPT`
 */
export async function* readRecords(
  fs: ReadOnlyLogFs,
  dir: string,
  onTail: (tail: LogTail) => void = () => {},
): AsyncGenerator<{ height: number; payload: string }> {
  const segments = await listSegments(fs, dir)
  for (const [i, { path, firstHeight }] of segments.entries()) {
    const next = segments[i + 1]
    const file = await fs.open(path)
    const bytes = await readWhole(file).finally(() => file.close())
    const scan = scanSegment(bytes, firstHeight)
    for (const { height, offset, payloadBytes } of scan.records) {
      const start = offset + HEADER_BYTES
      yield { height, payload: bytes.toString('utf8', start, start + payloadBytes) }
    }
    const complete = next === undefined || firstHeight + scan.records.length === next.firstHeight
    if (!complete || scan.tail === 'corrupt' || (next !== undefined && scan.tail === 'torn'))
      throw corrupt(path, scan.end)
    if (scan.tail === 'torn') {
      const { end } = scan
      onTail({ file: path, offset: end, bytes: bytes.length - end, fullLength: isFullLength(bytes, end) })
    }
  }
}

async function listSegments(fs: Pick<LogFs, 'list'>, dir: string, firstHeight = 1) {
  const segments = (await fs.list(dir))
    .filter(name => NAME.test(name))
    .sort()
    .map(name => ({ firstHeight: Number(NAME.exec(name)?.[1]), path: join(dir, name) }))
  if (segments.length > 0 && segments[0]?.firstHeight !== firstHeight) throw corrupt(segments[0]?.path ?? dir, 0)
  return segments
}

/** Finds the segments and repairs the last one: drops what was not finished, refuses what is damaged. */
export async function openSegments(fs: LogFs, dir: string, firstHeight: number) {
  const segments = await listSegments(fs, dir, firstHeight)
  const last = segments.at(-1)
  const none = { segments, file: undefined, records: [] as RecordPlace[], end: 0, droppedBytes: 0 }
  if (last === undefined) return none
  const file = await fs.open(last.path)
  try {
    return { segments, file, ...(await repairTail(file, last.path, last.firstHeight)) }
  } catch (error) {
    await file.close()
    throw error
  }
}

async function repairTail(file: LogFile, path: string, firstHeight: number) {
  const bytes = await readWhole(file)
  const scan = scanSegment(bytes, firstHeight)
  if (scan.tail === 'corrupt') throw corrupt(path, scan.end)
  if (scan.tail === 'torn') {
    await file.truncate(scan.end)
    await file.sync()
  }
  return { records: [...scan.records], end: scan.end, droppedBytes: bytes.length - scan.end }
}

function corrupt(file: string, offset: number): Error {
  const message = `The block log ${file} is damaged at byte ${offset}: restore it from a copy or from another member.`
  return engineError('LOG_CORRUPT', message, { file, offset })
}
