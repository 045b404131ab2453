import type { IncomingMessage } from 'node:http'

/** Pictures that are held in memory at a time, and of one workspace one. */
const uploadsAtOnce = 8

export class PicturesBusy extends Error {}

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

type ReadPicture = (request: IncomingMessage, limit: number) => Promise<Buffer | null>

/** Pictures that come in, whatever for. */
export function createPictures() {
  const uploading = new Set<string>()
  return {
    /** Runs `fn`, whose argument reads a body when there is room for it; throws PicturesBusy when there is none. */
    async admit<T>(organizationId: string, fn: (read: ReadPicture) => Promise<T>): Promise<T> {
      let admitted = false
      try {
        return await fn((request, limit) => {
          if (uploading.size >= uploadsAtOnce || uploading.has(organizationId)) throw new PicturesBusy()
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
export type Pictures = ReturnType<typeof createPictures>
