import type { Answer } from './send.ts'
import type { Person, TestServer } from './server.ts'

export const partType = 'application/offset+octet-stream'

/** The upload protocol as a person speaks it. */
export function uploaderOf(server: TestServer, person: Pick<Person, 'cookie'>, organization: string) {
  const at = (id: string) => `/files/${organization}/uploads${id === '' ? '' : `/${id}`}`
  const send = (method: string, id: string, headers: Record<string, string>, body?: Uint8Array) =>
    server.send(method, at(id), { cookie: person.cookie, headers, ...(body && { body }) })
  const begin = (libraryId: string, name: string, size: number | string, together?: string): Promise<Answer> =>
    send('POST', '', {
      'upload-length': String(size),
      'upload-metadata': Object.entries({ filename: name, library: libraryId, ...(together !== undefined && { together }) })
        .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
        .join(),
    })
  const part = (id: string, offset: number | string, bytes: Uint8Array, headers: Record<string, string> = {}) =>
    send('PATCH', id, { 'content-type': partType, 'upload-offset': String(offset), ...headers }, bytes)
  const idOf = (answer: Answer): string => {
    if (answer.status !== 201) throw new Error(`No upload: ${answer.status} ${answer.text}`)
    return String(answer.headers.location).split('/').at(-1) ?? ''
  }
  return {
    begin,
    part,
    idOf,
    look: (id: string) => send('HEAD', id, {}),
    end: (id: string) => send('DELETE', id, {}),
    /** Begins one and sends all of it. */
    async whole(
      libraryId: string,
      name: string,
      bytes: Uint8Array,
      { partBytes = 8_000_000, together }: { partBytes?: number; together?: string | undefined } = {},
    ): Promise<string> {
      const id = idOf(await begin(libraryId, name, bytes.length, together))
      for (let start = 0; start < bytes.length; start += partBytes) {
        const answer = await part(id, start, bytes.subarray(start, start + partBytes))
        if (answer.status !== 204) throw new Error(`A part was refused: ${answer.status} ${answer.text}`)
      }
      return id
    },
  }
}
