import { join } from 'node:path'
import { ConetError } from '@conet/core/errors'
import { engineError } from '../../codes.js'
import { isErrno, type LogFile, type LogFs, nodeFs } from './fs.js'
import { encodeRecord, HEADER_BYTES, type RecordPlace, RecordRoom, recordAt } from './record.js'
import { type Dropped, openSegments, readSegment, segmentName, writeAll } from './segments.js'

/** A new segment begins when the last one is at least this long. */
const SEGMENT_BYTES = 64 * 1024 * 1024
/** Indexes of older segments kept in memory at the same time. */
const INDEXES_KEPT = 8

export interface BlockLogOptions {
  readonly dir: string
  readonly fs?: LogFs
  /** Default 64 MiB. */
  readonly segmentBytes?: number
  /** The log begins behind this height, for the state comes from a snapshot; default 0. */
  readonly after?: number
  /** The state was made by the block of this height: a log that ends before it is refused as it is; default 0. */
  readonly least?: number
}

/** Append-only, one writer. Heights are contiguous. */
export interface BlockLog {
  /** Last durable height; of an empty log what it begins behind, usually 0. */
  height(): number
  /**
   * Resolves when the record is durable. After a failure nothing of it remains visible and the same height may be
   * appended again. One record at a time.
   * @param payload - the text, or its pieces in order
   * @throws ConetError `DISK_FULL` (retry), `DISK_FAILED` (retry), `DATA_LOCKED` if another process writes to the log
   */
  append(height: number, payload: string | readonly string[]): Promise<void>
  /** @throws ConetError `LOG_CORRUPT` if the record on disk is damaged */
  read(height: number): Promise<string | undefined>
  /** An unfinished last record that was dropped at open. */
  readonly dropped: Dropped | undefined
  close(): Promise<void>
}

interface Segment {
  readonly firstHeight: number
  readonly path: string
}

/**
 * Opens or creates the log in `dir` and drops an unfinished last record, which was never acknowledged.
 * @throws ConetError `LOG_CORRUPT` if acknowledged records are damaged or missing; nothing was changed then
 */
export async function openBlockLog(options: BlockLogOptions): Promise<BlockLog> {
  const { dir, fs = nodeFs, segmentBytes = SEGMENT_BYTES, after = 0, least = 0 } = options
  await fs.makeDir(dir)
  const opened = await openSegments(fs, dir, after + 1, least)
  return new FileLog(fs, dir, segmentBytes, { ...opened, after })
}

type Opened = Awaited<ReturnType<typeof openSegments>> & { readonly after: number }

class FileLog implements BlockLog {
  readonly dropped: Dropped | undefined
  readonly #fs: LogFs
  readonly #dir: string
  readonly #segmentBytes: number
  readonly #segments: Segment[]
  readonly #indexes = new Map<number, readonly RecordPlace[]>()
  /** Index of the segment that is written to. */
  #live: RecordPlace[]
  #file: LogFile | undefined
  #end: number
  #height: number
  readonly #room = new RecordRoom()
  /** After a failed write the file may be longer than what is durable, by as many bytes at most. */
  #undone = 0

  constructor(fs: LogFs, dir: string, segmentBytes: number, opened: Opened) {
    this.#fs = fs
    this.#dir = dir
    this.#segmentBytes = segmentBytes
    this.#segments = opened.segments
    this.#live = opened.records
    this.#file = opened.file
    this.#end = opened.end
    this.dropped = opened.dropped
    this.#height = (opened.segments.at(-1)?.firstHeight ?? opened.after + 1) + opened.records.length - 1
  }

  height(): number {
    return this.#height
  }

  async append(height: number, payload: string | readonly string[]): Promise<void> {
    const record = encodeRecord(height, payload, this.#room)
    try {
      const file = await this.#writable()
      this.#undone = Math.max(this.#undone, record.length)
      await writeAll(file, record, this.#end)
      await file.sync()
    } catch (error) {
      throw error instanceof ConetError ? error : diskError(error, this.#dir)
    }
    this.#undone = 0
    this.#live.push({ height, offset: this.#end, payloadBytes: record.length - HEADER_BYTES })
    this.#end += record.length
    this.#height = height
  }

  async read(height: number): Promise<string | undefined> {
    if (height < 1 || height > this.#height) return undefined
    const at = this.#segments.findLastIndex(segment => segment.firstHeight <= height)
    const segment = this.#segments[at]
    if (segment === undefined) return undefined
    const isLive = at === this.#segments.length - 1
    const index = isLive ? this.#live : await this.#indexOf(segment, this.#segments[at + 1])
    const place = index[height - segment.firstHeight]
    if (place === undefined) return undefined
    const file = isLive && this.#file !== undefined ? this.#file : undefined
    return file === undefined ? await this.#readClosed(segment, place) : await readPayload(file, segment.path, place)
  }

  async close(): Promise<void> {
    await this.#file?.close()
    this.#file = undefined
  }

  /** The file to append to, cut back to what is durable, or the next segment. */
  async #writable(): Promise<LogFile> {
    if (this.#file !== undefined) await this.#expectAlone(this.#file, this.#end)
    if (this.#file !== undefined && this.#undone > 0) await this.#file.truncate(this.#end)
    if (this.#file !== undefined && this.#end < this.#segmentBytes) return this.#file
    const firstHeight = this.#height + 1
    const path = join(this.#dir, segmentName(firstHeight))
    const file = await this.#fs.open(path)
    try {
      await this.#expectAlone(file, 0)
      await file.truncate(0)
      await this.#fs.syncDir(this.#dir)
    } catch (error) {
      await file.close()
      throw error
    }
    await this.#file?.close()
    this.#segments.push({ firstHeight, path })
    this.#file = file
    this.#live = []
    this.#end = 0
    return file
  }

  /** The folder's lock does not reach a process in another container: what it writes must not be written over. */
  async #expectAlone(file: LogFile, end: number): Promise<void> {
    const size = await file.size()
    if (size >= end && size <= end + this.#undone) return
    const message = `Another process writes to the block log in ${this.#dir}. Stop all but one and start that one again.`
    throw engineError('DATA_LOCKED', message, { dir: this.#dir, size, expected: end })
  }

  async #indexOf(segment: Segment, next: Segment | undefined): Promise<readonly RecordPlace[]> {
    const known = this.#indexes.get(segment.firstHeight)
    if (known !== undefined) return known
    const { records } = await readSegment(this.#fs, segment.path, segment.firstHeight, next?.firstHeight)
    this.#indexes.set(segment.firstHeight, records)
    const oldest = this.#indexes.keys().next()
    if (this.#indexes.size > INDEXES_KEPT && !oldest.done) this.#indexes.delete(oldest.value)
    return records
  }

  async #readClosed(segment: Segment, place: RecordPlace): Promise<string> {
    const file = await this.#fs.open(segment.path)
    try {
      return await readPayload(file, segment.path, place)
    } finally {
      await file.close()
    }
  }
}

async function readPayload(file: LogFile, path: string, place: RecordPlace): Promise<string> {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + place.payloadBytes)
  for (let done = 0; done < bytes.length; ) {
    const got = await file.read(bytes.subarray(done), place.offset + done)
    if (got === 0) break
    done += got
  }
  if (recordAt(bytes, 0)?.height !== place.height) {
    const message = `Block ${place.height} in ${path} at byte ${place.offset} is damaged. Restore the file from a copy.`
    throw engineError('LOG_CORRUPT', message, { file: path, offset: place.offset })
  }
  return bytes.toString('utf8', HEADER_BYTES)
}

/** A new transaction that does the same would run beside the first one if that was taken after all. */
const SAME_AGAIN = 'Then send the same signed text again, never a new one: it runs once at most.'

/** A full disk is the operator's to fix and passes; anything else means that the disk cannot be trusted now. */
function diskError(error: unknown, dir: string): Error {
  if (isErrno(error, 'ENOSPC', 'EDQUOT')) {
    const message = `The disk of ${dir} is full. Nothing was lost; free some space. ${SAME_AGAIN}`
    return engineError('DISK_FULL', message, { dir }, error)
  }
  const detail = error instanceof Error ? error.message : String(error)
  return engineError('DISK_FAILED', `The disk of ${dir} refused a write: ${detail}. Check it.`, { dir }, error)
}
