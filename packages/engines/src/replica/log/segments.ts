import { join } from 'node:path'
import { engineError } from '../../codes.js'
import { isErrno, type LogFile, type LogFs } from './fs.js'
import { HEADER_BYTES, type RecordPlace, type Scan, scanSegment } from './record.js'

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
    if (scan.tail !== 'clean' || !complete) throw corrupt(path, scan.end, firstHeight + scan.records.length)
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
    const { end, tail } = scan
    if (tail !== 'clean' && next === undefined) onTail({ file: path, offset: end, bytes: bytes.length - end })
    const isComplete =
      next === undefined || (tail === 'clean' && firstHeight + scan.records.length === next.firstHeight)
    if (!isComplete || tail === 'corrupt') throw corrupt(path, scan.end, firstHeight + scan.records.length)
  }
}

/** Whether there is a log, without reading or making one. */
export async function holdsBlocks(fs: Pick<LogFs, 'list'>, dir: string): Promise<boolean> {
  const names = await fs.list(dir).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return []
    throw error
  })
  return names.some(name => NAME.test(name))
}

async function listSegments(fs: Pick<LogFs, 'list'>, dir: string, firstHeight = 1) {
  const segments = (await fs.list(dir))
    .filter(name => NAME.test(name))
    .sort()
    .map(name => ({ firstHeight: Number(NAME.exec(name)?.[1]), path: join(dir, name) }))
  if (segments.length > 0 && segments[0]?.firstHeight !== firstHeight)
    throw corrupt(segments[0]?.path ?? dir, 0, firstHeight)
  return segments
}

/** A write that was under way when the process died: cut from the log, kept beside it. */
export interface Dropped {
  /** Of the block that it was to be. */
  readonly height: number
  readonly bytes: number
  /** Where the bytes are kept. */
  readonly path: string
}

/**
 * Finds the segments and repairs the last one: puts beside what was not finished, refuses what is damaged. A log that is
 * refused is left as it was: what could be saved by hand still is there.
 *
 * @param firstHeight - height of the first record
 * @param leastHeight - the saved state was made by this block, so the log must reach it
 */
export async function openSegments(fs: LogFs, dir: string, firstHeight: number, leastHeight: number) {
  const segments = await listSegments(fs, dir, firstHeight)
  const last = segments.at(-1)
  if (last === undefined) {
    expectHeight(dir, firstHeight - 1, leastHeight)
    return { segments, file: undefined, records: [] as RecordPlace[], end: 0, dropped: undefined }
  }
  const file = await fs.open(last.path)
  try {
    const bytes = await readWhole(file)
    const { records, end, tail } = scanSegment(bytes, last.firstHeight)
    const height = last.firstHeight + records.length
    if (tail === 'corrupt') throw corrupt(last.path, end, height)
    expectHeight(last.path, height - 1, leastHeight)
    const dropped = tail === 'torn' ? await dropTail(fs, dir, { file, bytes, end, height }) : undefined
    return { segments, file, records: [...records], end, dropped }
  } catch (error) {
    await file.close()
    throw error
  }
}

interface Torn {
  readonly file: LogFile
  readonly bytes: Buffer
  readonly end: number
  readonly height: number
}

async function dropTail(fs: LogFs, dir: string, { file, bytes, end, height }: Torn): Promise<Dropped> {
  const path = join(dir, `dropped-${height}`)
  const tail = bytes.subarray(end)
  const beside = await fs.open(path)
  try {
    await beside.truncate(0)
    await writeAll(beside, tail, 0)
    await beside.sync()
  } finally {
    await beside.close()
  }
  await fs.syncDir(dir)
  await file.truncate(end)
  await file.sync()
  return { height, bytes: tail.length, path }
}

/** Writes everything, in as many steps as it takes. */
export async function writeAll(file: LogFile, data: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < data.byteLength; ) {
    const written = await file.write(data.subarray(done), position + done)
    if (written === 0) throw Object.assign(new Error('nothing was written'), { code: 'ENOSPC' })
    done += written
  }
}

function expectHeight(path: string, height: number, state: number): void {
  if (height >= state) return
  const message = `The block log ${path} ends at ${height} but the state is at ${state}: blocks are missing.`
  throw engineError('LOG_CORRUPT', `${message} Restore the log from a copy.`, { height, state })
}

function corrupt(file: string, offset: number, height: number): Error {
  const message = `The block log ${file} is damaged at byte ${offset}, where block ${height} begins; nothing was changed.`
  const advice = 'Restore the file from a copy or from another member.'
  return engineError('LOG_CORRUPT', `${message} ${advice}`, { file, offset, height })
}
