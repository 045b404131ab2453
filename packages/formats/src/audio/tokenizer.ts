import { AbstractTokenizer, EndOfStreamError, type IRandomAccessFileInfo, type IReadChunkOptions } from 'strtok3'
import { limits } from '../limits.ts'
import { BookFileError } from '../problems.ts'
import { blockSource, type ByteSource } from '../source.ts'

/** A byte source as music-metadata reads it: no piece larger than `limits.audioPiece`, no more reads than `limits.audioReads`. */
export class SourceTokenizer extends AbstractTokenizer {
  readonly fileInfo: IRandomAccessFileInfo
  readonly #source: ByteSource
  #reads = 0

  constructor(source: ByteSource, mimeType: string) {
    super({ maxBufferSize: limits.audioPiece })
    this.#source = blockSource(source)
    this.fileInfo = { size: source.size, mimeType }
  }

  override supportsRandomAccess(): boolean {
    return true
  }

  setPosition(position: number): void {
    this.position = position
  }

  override async readBuffer(target: Uint8Array, options?: IReadChunkOptions): Promise<number> {
    const position = options?.position ?? this.position
    const length = await this.peekBuffer(target, options)
    this.position = position + length
    return length
  }

  override async peekBuffer(target: Uint8Array, options?: IReadChunkOptions): Promise<number> {
    const { length, position, mayBeLess } = this.normalizeOptions(target, options)
    this.#reads += 1
    if (this.#reads > limits.audioReads) throw new BookFileError('too-large', 'The audio file has too many parts.')
    const bytes = position < this.fileInfo.size ? this.#source.read(position, length) : Buffer.alloc(0)
    if (!mayBeLess && bytes.length < length) throw new EndOfStreamError()
    target.set(bytes)
    return bytes.length
  }
}
