import { router } from '@carrel/api'
import type { Permission } from '@carrel/auth'
import type { Place } from '@carrel/db/testing'
import { sharedPath } from './world.ts'

/** Every procedure: what it needs, what its input names, and an input that is harmless when it is let through. */
export type Row = {
  needs: 'nothing' | 'a session' | 'the operator' | Permission
  names?: 'library' | 'book' | 'folder' | 'organization'
  input?: (thing: Thing) => object
  /** What is said of a thing that is not there; by default it is not found. */
  unseen?: readonly [number, string?]
  /** What is said to who is let in. */
  answer?: readonly [number, string?]
  /** Which ids of the world a list must hold, and no other of the world. */
  lists?: (seen: readonly Place[]) => readonly string[]
  /** Removes what it names: each call that will succeed gets a library of its own. */
  destroys?: boolean
}
export type Thing = { id: string; path: string; visibility: string; fresh: string }

const sharedWord = 'sharedword'

const books = (seen: readonly Place[]) => seen.flatMap((place) => [place.bookId, place.spareBookId])
const notAllowed = [403, 'FOLDER_NOT_ALLOWED'] as const

export const procedureRows: Record<string, Row> = {
  'setup.status': { needs: 'nothing' },
  'setup.createOperator': {
    needs: 'nothing',
    input: () => ({ code: 'WRONG', name: 'X', email: 'x@example.org', password: 'long enough' }),
    answer: [409, 'ALREADY_SET_UP'],
  },
  'account.get': { needs: 'a session' },
  'events.stream': { needs: 'a session' },
  'folders.roots': { needs: 'library:create' },
  'folders.list': { needs: 'library:create', names: 'folder', input: ({ path: folder }) => ({ path: folder }), unseen: notAllowed },
  'roots.list': { needs: 'the operator' },
  'roots.assign': {
    needs: 'the operator',
    names: 'organization',
    input: ({ id, path: folder }) => ({ organizationId: id, path: folder }),
  },
  'roots.unassign': {
    needs: 'the operator',
    names: 'organization',
    input: ({ id }) => ({ organizationId: id, path: sharedPath }),
    unseen: [200],
  },
  'libraries.list': { needs: 'book:read', lists: (seen) => seen.map((place) => place.libraryId) },
  'libraries.get': { needs: 'book:read', names: 'library', input: ({ id }) => ({ libraryId: id }) },
  'libraries.update': { needs: 'library:update', names: 'library', input: ({ id, visibility }) => ({ libraryId: id, visibility }) },
  'libraries.scan': { needs: 'library:scan', names: 'library', input: ({ id }) => ({ libraryId: id }) },
  'scans.problems': { needs: 'library:scan', names: 'library', input: ({ id }) => ({ libraryId: id }) },
  'books.list': { needs: 'book:read', lists: books },
  'books.search': { needs: 'book:read', input: () => ({ query: sharedWord }), lists: books },
  'books.get': { needs: 'book:read', names: 'book', input: ({ id }) => ({ bookId: id }) },
  'books.prioritizeCovers': { needs: 'book:read', names: 'book', input: ({ id }) => ({ bookIds: [id] }), unseen: [200] },
  'reading.mark': { needs: 'reading:write', names: 'book', input: ({ id }) => ({ bookId: id, status: 'finished' }) },
  'libraries.create': {
    needs: 'library:create',
    names: 'folder',
    input: ({ path: folder, fresh }) => ({ name: `made ${fresh}`, folders: [folder] }),
    unseen: notAllowed,
  },
  'libraries.delete': { needs: 'library:delete', names: 'library', input: ({ id }) => ({ libraryId: id }), destroys: true },
  'organizations.open': { needs: 'a session', names: 'organization', input: ({ id }) => ({ organizationId: id }), unseen: [200] },
  'organizations.create': { needs: 'a session', input: ({ fresh }) => ({ name: `made ${fresh}`, slug: `made-${fresh}` }) },
}

type Procedure = { '~orpc': { route: { method?: string; path?: string } } }

/** All procedures of the router by their name. */
export function listProcedures(node: object = router, prefix = ''): Map<string, { method: string; path: string }> {
  const found = new Map<string, { method: string; path: string }>()
  for (const [key, value] of Object.entries(node) as [string, object][]) {
    const name = prefix ? `${prefix}.${key}` : key
    if ('~orpc' in value) {
      const { route } = (value as Procedure)['~orpc']
      found.set(name, { method: route.method ?? 'POST', path: route.path ?? '' })
    } else for (const [inner, at] of listProcedures(value, name)) found.set(inner, at)
  }
  return found
}
