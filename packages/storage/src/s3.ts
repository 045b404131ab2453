import type * as Sdk from '@aws-sdk/client-s3'
import { createReadStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CutShort, requireKey, requirePrefix, StorageFull, type BlobStore } from './blob-store.ts'
import { createCopies } from './copies.ts'

export type S3Settings = {
  /** Null: that of Amazon for the region. */
  endpoint: string | null
  region: string
  bucket: string
  /** Null: what the environment of the machine gives (profile, role). */
  credentials: { accessKeyId: string; secretAccessKey: string } | null
  /** The bucket is part of the path and not of the host name. */
  pathStyle: boolean
  /** Where copies lie that children read, and how many bytes of them are kept when nobody does. */
  copies: { folder: string; maxBytes: number }
}

/** Larger ones are sent in parts, each of which is held in memory. */
const wholeBytes = 64 * 1024 * 1024
const partBytes = 16 * 1024 * 1024
const fullCodes: ReadonlySet<string> = new Set(['InsufficientStorage', 'QuotaExceeded', 'XMinioStorageFull', 'EntityTooLarge'])

const quiet = () => {}
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '')
const statusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode
const isAbsent = (error: unknown): boolean => nameOf(error) !== 'NoSuchBucket' && statusOf(error) === 404
const orNull = (error: unknown): null => {
  if (isAbsent(error)) return null
  throw error
}
const toFull = (error: unknown): never => {
  throw fullCodes.has(nameOf(error)) || statusOf(error) === 507 ? new StorageFull('The object store is full.', { cause: error }) : error
}

/** A store in a bucket. The client, 21 MB of code, is loaded with the first blob. Throws TypeError for a key of another form. */
export function createS3BlobStore(settings: S3Settings): BlobStore {
  const { bucket: Bucket } = settings
  let opened: Promise<{ sdk: typeof Sdk; client: Sdk.S3Client }> | undefined
  const open = () =>
    (opened ??= import('@aws-sdk/client-s3').then((sdk) => ({
      sdk,
      client: new sdk.S3Client({
        region: settings.region,
        forcePathStyle: settings.pathStyle,
        ...(settings.endpoint && { endpoint: settings.endpoint }),
        ...(settings.credentials && { credentials: settings.credentials }),
        // What fails is thrown; whoever catches it writes the log.
        logger: { trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet },
        // Other servers than Amazon's do not all know the newer checksums.
        requestChecksumCalculation: 'WHEN_REQUIRED',
        responseChecksumValidation: 'WHEN_REQUIRED',
      }),
    })))

  async function read(key: string, range?: { start: number; end: number }): Promise<Readable | null> {
    const Key = requireKey(key)
    const { sdk, client } = await open()
    const command = new sdk.GetObjectCommand({ Bucket, Key, ...(range && { Range: `bytes=${range.start}-${range.end}` }) })
    const answer = await client.send(command).catch(orNull)
    // In Node the body is a stream of its own.
    return (answer?.Body as Readable | undefined) ?? null
  }

  async function statOf(key: string) {
    const Key = requireKey(key)
    const { sdk, client } = await open()
    const answer = await client.send(new sdk.HeadObjectCommand({ Bucket, Key })).catch(orNull)
    return answer && { size: answer.ContentLength ?? 0, modifiedAt: answer.LastModified ?? new Date(0) }
  }

  async function put(key: string, Body: Uint8Array): Promise<void> {
    const Key = requireKey(key)
    const { sdk, client } = await open()
    await client.send(new sdk.PutObjectCommand({ Bucket, Key, Body, ContentLength: Body.length })).catch(toFull)
  }

  async function putParts(key: string, stream: AsyncIterable<Buffer>): Promise<void> {
    const Key = requireKey(key)
    const { sdk, client } = await open()
    const { UploadId } = await client.send(new sdk.CreateMultipartUploadCommand({ Bucket, Key })).catch(toFull)
    try {
      const Parts: { ETag: string | undefined; PartNumber: number }[] = []
      for await (const Body of inParts(stream)) {
        const PartNumber = Parts.length + 1
        const { ETag } = await client.send(
          new sdk.UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ContentLength: Body.length }),
        )
        Parts.push({ ETag, PartNumber })
      }
      await client.send(new sdk.CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }))
    } catch (error) {
      await client.send(new sdk.AbortMultipartUploadCommand({ Bucket, Key, UploadId })).catch(() => {})
      toFull(error)
    }
  }

  async function putStream(key: string, stream: Readable, size: number): Promise<void> {
    const Key = requireKey(key)
    if (size > wholeBytes) return putParts(key, counted(stream, size))
    const { sdk, client } = await open()
    const Body = Readable.from(counted(stream, size), { objectMode: false })
    // The client does not notice that its body fails, and would wait for the rest.
    const failed = new AbortController()
    Body.once('error', (error) => failed.abort(error))
    try {
      await client.send(new sdk.PutObjectCommand({ Bucket, Key, Body, ContentLength: size }), { abortSignal: failed.signal })
    } catch (error) {
      if (failed.signal.aborted) throw failed.signal.reason
      toFull(error)
    } finally {
      Body.destroy()
    }
  }

  const copies = createCopies(settings.copies, { stat: statOf, read })
  return {
    put,
    putStream,
    async putFile(key, file) {
      requireKey(key)
      const { size } = await stat(file)
      const stream = createReadStream(file, { highWaterMark: 1024 * 1024 })
      await putStream(key, stream, size).finally(() => stream.destroy())
      await rm(file, { force: true })
    },
    async get(key) {
      const stream = await read(key)
      return stream && Buffer.concat(await stream.toArray())
    },
    async read(key, range) {
      const stream = await read(key, range)
      if (!stream) return null
      // A stream of our own, so that whoever lets go of it in the middle lets go of the connection.
      const own = new PassThrough({ highWaterMark: 256 * 1024 })
      void pipeline(stream, own).catch(() => {})
      return own
    },
    stat: statOf,
    borrow: (key) => copies.borrow(requireKey(key)),
    async delete(key, { writtenBefore } = {}) {
      const Key = requireKey(key)
      if (writtenBefore) {
        const found = await statOf(key)
        if (!found || found.modifiedAt >= writtenBefore) return
      }
      const { sdk, client } = await open()
      await client.send(new sdk.DeleteObjectCommand({ Bucket, Key })).catch(orNull)
    },
    async *list(prefix) {
      const Prefix = requirePrefix(prefix)
      const { sdk, client } = await open()
      let ContinuationToken: string | undefined
      do {
        const page: Sdk.ListObjectsV2CommandOutput = await client.send(
          new sdk.ListObjectsV2Command({ Bucket, Prefix, ...(ContinuationToken && { ContinuationToken }) }),
        )
        for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key
        ContinuationToken = page.NextContinuationToken
      } while (ContinuationToken !== undefined)
    },
    async tidy(before) {
      const { sdk, client } = await open()
      const { Uploads = [] } = await client
        .send(new sdk.ListMultipartUploadsCommand({ Bucket, Prefix: 'orgs/' }))
        .catch((error: unknown) => {
          // Some servers keep no such list; there a rule of the bucket ends old ones.
          if (statusOf(error) === 501) return { Uploads: [] }
          throw error
        })
      for (const { Key, UploadId, Initiated } of Uploads)
        if (Initiated && Initiated < before) await client.send(new sdk.AbortMultipartUploadCommand({ Bucket, Key, UploadId })).catch(orNull)
    },
  }
}

/** The chunks of a stream that has so many bytes; throws CutShort when it has not. */
async function* counted(stream: Readable, size: number): AsyncGenerator<Buffer> {
  let met = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    met += chunk.length
    if (met > size) throw new CutShort(`More than ${size} bytes came.`)
    yield chunk
  }
  if (met < size) throw new CutShort(`${met} of ${size} bytes came.`)
}

async function* inParts(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let part = Buffer.allocUnsafeSlow(partBytes)
  let filled = 0
  for await (const chunk of stream) {
    for (let at = 0; at < chunk.length;) {
      const count = chunk.copy(part, filled, at)
      filled += count
      at += count
      if (filled < partBytes) continue
      yield part
      part = Buffer.allocUnsafeSlow(partBytes)
      filled = 0
    }
  }
  if (filled > 0) yield part.subarray(0, filled)
}
