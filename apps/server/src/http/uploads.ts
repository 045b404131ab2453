import type { IncomingMessage } from 'node:http'

/** Uploads that are held in memory at a time, and of one workspace one. */
const uploadsAtOnce = 8

export class UploadsBusy extends Error {}

/** The whole body, or null when it is longer than allowed; the rest of it is read and forgotten, so that the answer arrives. */
function readBody(request: IncomingMessage, limit: number): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length']) > limit) return resolve(null)
    const parts: Buffer[] = []
    let length = 0
    request.on('data', (part: Buffer) => {
      length += part.length
      if (length <= limit) parts.push(part)
      else {
        parts.length = 0
        resolve(null)
      }
    })
    request.on('end', () => resolve(Buffer.concat(parts)))
    request.on('error', reject)
    request.on('close', () => reject(new Error('The upload was broken off.')))
  })
}

type ReadUpload = (request: IncomingMessage, limit: number) => Promise<Buffer | null>

/** Pictures that come in, whatever for. */
export function createUploads() {
  const uploading = new Set<string>()
  return {
    /** Runs `fn`, whose argument reads a body when there is room for it; throws UploadsBusy when there is none. */
    async admit<T>(organizationId: string, fn: (read: ReadUpload) => Promise<T>): Promise<T> {
      let admitted = false
      try {
        return await fn((request, limit) => {
          if (uploading.size >= uploadsAtOnce || uploading.has(organizationId)) throw new UploadsBusy()
          uploading.add(organizationId)
          admitted = true
          return readBody(request, limit)
        })
      } finally {
        if (admitted) uploading.delete(organizationId)
      }
    },
  }
}
export type Uploads = ReturnType<typeof createUploads>
