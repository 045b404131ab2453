import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { S3Settings } from './s3.ts'

type Server = { run: () => Promise<{ port: number }>; close: () => Promise<void> }
type Options = { port: number; address: string; silent: boolean; directory: string; configureBuckets: { name: string }[] }
// It has no types of its own.
const S3rver = createRequire(import.meta.url)('s3rver') as new (options: Options) => Server

export type TestBucket = AsyncDisposable & {
  settings: Omit<S3Settings, 'copies'> & { endpoint: string; credentials: NonNullable<S3Settings['credentials']> }
}

/** An S3 server with one bucket, in a temporary folder. */
export async function startTestBucket(): Promise<TestBucket> {
  const directory = mkdtempSync(path.join(tmpdir(), 'carrel-s3-'))
  const bucket = 'books'
  const server = new S3rver({ port: 0, address: '127.0.0.1', silent: true, directory, configureBuckets: [{ name: bucket }] })
  const { port } = await server.run()
  return {
    settings: {
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      bucket,
      credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
      pathStyle: true,
    },
    async [Symbol.asyncDispose]() {
      await server.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
