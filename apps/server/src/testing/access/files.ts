import { logoKey } from '@carrel/api'
import { levelPermissions, rolePermissions } from '@carrel/auth'
import { newId } from '@carrel/db'
import type { Place } from '@carrel/db/testing'
import type { Answer } from '../send.ts'
import type { TestServer } from '../server.ts'
import { uploaderOf } from '../uploads.ts'
import { fingerprint, leaks } from './answers.ts'
import type { WalkOptions, WalkResult } from './walk.ts'
import { marks, type AccessWorld, type Caller } from './world.ts'

const auditFormats = { csv: 'text/csv', jsonl: 'application/jsonl' }

/** The log as a file: whoever may read it gets all of their own organization's, nobody anything of another. */
async function walkExports(
  server: TestServer,
  world: AccessWorld,
  callers: readonly Caller[],
  organizations: readonly { kind: string; id: string }[],
  result: WalkResult,
): Promise<void> {
  for (const [format, type] of Object.entries(auditFormats)) {
    for (const method of ['GET', 'HEAD']) {
      result.doors += 1
      for (const caller of callers) {
        const answers = new Map<string, Answer>()
        for (const organization of organizations) {
          const allowed =
            caller.organization === organization.kind && caller.role !== null && rolePermissions[caller.role].includes('audit:read')
          const wellFormed = /^[0-9a-f-]{36}$/.test(organization.id)
          const status = !wellFormed ? 404 : !caller.known ? 401 : allowed ? 200 : 404
          const answer = await server.send(method, `/files/${organization.id}/audit.${format}`, { cookie: caller.cookie })
          result.cells += 1
          const what = `${caller.name}: ${method} audit.${format} of ${organization.kind}`
          if (answer.status !== status)
            result.failures.push(`${what}: expected ${status}, met ${answer.status} ${answer.text.slice(0, 80)}`)
          if (allowed && !String(answer.headers['content-type']).startsWith(type)) result.failures.push(`${what}: another type`)
          if (allowed && method === 'GET' && !answer.text.includes(caller.organization === 'alpha' ? marks.alphaName : marks.betaName))
            result.failures.push(`${what}: other events`)
          const leaked = leaks(answer, '', caller, false, world)
          if (leaked.length > 0) result.failures.push(`${what}: leaks ${leaked.join()}`)
          if (!/private|no-store/.test(String(answer.headers['cache-control']))) result.failures.push(`${what}: may be kept by caches`)
          if (status === 404) answers.set(organization.kind, answer)
        }
        const gone = answers.get('nonexistent')
        for (const [kind, answer] of answers)
          if (gone && fingerprint(answer) !== fingerprint(gone))
            result.failures.push(`${caller.name}: ${method} audit.${format}: ${kind} is told apart from what is not there`)
      }
    }
  }
}

export async function walkFiles(
  server: TestServer,
  world: AccessWorld,
  callers: readonly Caller[],
  result: WalkResult,
  options: WalkOptions,
): Promise<void> {
  const doors = {
    cover: {
      permission: 'book:read',
      id: (place: Place) => place.bookId,
      at: (org: string, id: string) => `/files/${org}/books/${id}/cover/320.webp`,
    },
    download: {
      permission: 'book:download',
      id: (place: Place) => place.fileId,
      at: (org: string, id: string) => `/files/${org}/files/${id}`,
    },
  } as const
  const organizations = [
    { kind: 'alpha', id: world.alpha.id },
    { kind: 'beta', id: world.beta.id },
    { kind: 'nonexistent', id: newId() },
    { kind: 'alpha by slug', id: world.alpha.slug },
    { kind: 'malformed', id: '..%2f' },
  ]
  await walkExports(server, world, callers, organizations, result)
  const { open, restricted, foreign } = world.places
  for (const [name, door] of Object.entries(doors)) {
    const objects = [
      { kind: 'open', id: door.id(open) },
      { kind: 'restricted', id: door.id(restricted) },
      { kind: 'foreign', id: door.id(foreign) },
      { kind: 'nonexistent', id: newId() },
      { kind: 'malformed', id: '..%2f..' },
    ]
    for (const method of ['GET', 'HEAD']) {
      result.doors += 1
      for (const caller of callers) {
        if (options.stopAtFirst && result.failures.length > 0) return
        const answers = new Map<string, Answer>()
        for (const organization of organizations) {
          await Promise.all(
            objects.map(async (object) => {
              const wellFormed = [organization.id, object.id].every((id) => /^[0-9a-f-]{36}$/.test(id))
              const allowed =
                caller.organization === organization.kind && caller.role !== null && rolePermissions[caller.role].includes(door.permission)
              const seen = allowed ? caller.sees.find((place) => door.id(place) === object.id) : undefined
              const status = !wellFormed ? 404 : !caller.known ? 401 : seen ? 200 : 404
              const answer = await server.send(method, door.at(organization.id, object.id), { cookie: caller.cookie })
              result.cells += 1
              const what = `${caller.name}: ${method} ${name} of ${object.kind} in ${organization.kind}`
              if (answer.status !== status)
                result.failures.push(`${what}: expected ${status}, met ${answer.status} ${answer.text.slice(0, 80)}`)
              if (seen && method === 'GET' && !answer.text.startsWith(seen.mark)) result.failures.push(`${what}: other bytes`)
              const leaked = leaks(answer, '', caller, false, world)
              if (leaked.length > 0) result.failures.push(`${what}: leaks ${leaked.join()}`)
              if (!/private|no-store/.test(String(answer.headers['cache-control']))) result.failures.push(`${what}: may be kept by caches`)
              if (status === 404) answers.set(`${organization.kind}/${object.kind}`, answer)
            }),
          )
        }
        const gone = answers.get('nonexistent/nonexistent')
        for (const [kind, answer] of answers) {
          if (gone && fingerprint(answer) !== fingerprint(gone))
            result.failures.push(`${caller.name}: ${method} ${name}: ${kind} is told apart from what is not there`)
        }
      }
    }
  }
}

/** The logo of a workspace goes to its members, and is changed by those who may change the workspace. */
export async function walkLogos(
  server: TestServer,
  world: AccessWorld,
  callers: readonly Caller[],
  result: WalkResult,
  options: WalkOptions,
): Promise<void> {
  const logo = 'ab'.repeat(32)
  for (const [id, mark] of [
    [world.alpha.id, marks.alphaName],
    [world.beta.id, marks.betaName],
  ] as const) {
    await server.deps.blobs.put(logoKey(id, logo), Buffer.from(`${mark} logo`))
    await server.db.superuser`update organization set logo = ${logo} where id = ${id}`
  }
  const targets = {
    alpha: world.alpha.id,
    beta: world.beta.id,
    nonexistent: newId(),
    'alpha by slug': world.alpha.slug,
    malformed: '..%2f',
  }
  for (const method of ['GET', 'HEAD', 'PUT']) {
    result.doors += 1
    for (const caller of callers) {
      if (options.stopAtFirst && result.failures.length > 0) return
      const answers = new Map<string, Answer>()
      for (const [kind, id] of Object.entries(targets)) {
        const answer = await server.send(method, `/files/${id}/logo`, {
          cookie: caller.cookie,
          ...(method === 'PUT' && { body: 'no picture' }),
        })
        result.cells += 1
        const member = caller.role !== null && caller.organization === kind
        const updates = member && rolePermissions[caller.role ?? 'guest'].includes('organization:update')
        const expected = () => {
          if (!/^[0-9a-f-]{36}$/.test(id)) return method === 'PUT' ? 405 : 404
          if (!caller.known) return 401
          if (!member) return 404
          if (method !== 'PUT') return 200
          return updates ? 422 : 403
        }
        const what = `${caller.name}: ${method} logo of ${kind}`
        if (answer.status !== expected()) result.failures.push(`${what}: expected ${expected()}, met ${answer.status}`)
        const leaked = leaks(answer, '', caller, false, world)
        if (leaked.length > 0) result.failures.push(`${what}: leaks ${leaked.join()}`)
        if (member && method === 'GET' && !answer.text.startsWith(kind === 'alpha' ? marks.alphaName : marks.betaName))
          result.failures.push(`${what}: other bytes`)
        if (!/private|no-store/.test(String(answer.headers['cache-control']))) result.failures.push(`${what}: may be kept by caches`)
        if (answer.status === 404) answers.set(kind, answer)
      }
      const gone = answers.get('nonexistent')
      for (const [kind, answer] of answers)
        if (gone && fingerprint(answer) !== fingerprint(gone))
          result.failures.push(`${caller.name}: ${method} logo of ${kind} is told apart from what is not there`)
    }
  }
}

/** A picture that was found outside is for nobody who was not told of it; see lookup.test.ts for those who were. */
export async function walkFoundCovers(
  server: TestServer,
  world: AccessWorld,
  callers: readonly Caller[],
  result: WalkResult,
  options: WalkOptions,
): Promise<void> {
  const targets = { alpha: world.alpha.id, beta: world.beta.id, nonexistent: newId(), 'alpha by slug': world.alpha.slug }
  const forged = Buffer.from(JSON.stringify([world.places.open.bookId, 'open-library', '1', Date.now() + 60_000])).toString('base64url')
  for (const method of ['GET', 'HEAD']) {
    result.doors += 1
    for (const caller of callers) {
      if (options.stopAtFirst && result.failures.length > 0) return
      const answers = new Map<string, Answer>()
      for (const [kind, id] of Object.entries(targets)) {
        const answer = await server.send(method, `/files/${id}/lookup-cover/${forged}.${'A'.repeat(43)}`, { cookie: caller.cookie })
        result.cells += 1
        const what = `${caller.name}: ${method} picture that was found in ${kind}`
        const expected = caller.known || id === world.alpha.slug ? 404 : 401
        if (answer.status !== expected) result.failures.push(`${what}: expected ${expected}, met ${answer.status}`)
        const leaked = leaks(answer, '', caller, false, world)
        if (leaked.length > 0) result.failures.push(`${what}: leaks ${leaked.join()}`)
        if (!/private|no-store/.test(String(answer.headers['cache-control']))) result.failures.push(`${what}: may be kept by caches`)
        if (answer.status === 404) answers.set(kind, answer)
      }
      const gone = answers.get('nonexistent')
      for (const [kind, answer] of answers)
        if (gone && fingerprint(answer) !== fingerprint(gone))
          result.failures.push(`${caller.name}: ${method} picture that was found: ${kind} is told apart from what is not there`)
    }
  }
}

/** An upload is begun by those who may upload into a library that they see, and gone on with by whoever began it alone. */
export async function walkUploads(
  server: TestServer,
  world: AccessWorld,
  callers: readonly Caller[],
  result: WalkResult,
  options: WalkOptions,
): Promise<void> {
  const { superuser } = server.db
  const { open, restricted, foreign } = world.places
  await superuser`update library set kind = 'managed'`
  await superuser`delete from upload`
  const theirs = new Map<string, string>()
  for (const place of [open, foreign]) {
    const id = newId()
    const user_id = place === open ? world.people.owner.id : world.people.outsider.id
    await superuser`insert into upload ${superuser({ organization_id: place.organizationId, id, library_id: place.libraryId, user_id, name: 'a.epub', size: 10 })}`
    theirs.set(place.mark, id)
  }
  const organizations = {
    alpha: world.alpha.id,
    beta: world.beta.id,
    nonexistent: newId(),
    'alpha by slug': world.alpha.slug,
    malformed: '..%2f',
  }
  const libraries = { open: open.libraryId, restricted: restricted.libraryId, foreign: foreign.libraryId, nonexistent: newId() }
  for (const method of ['POST', 'HEAD', 'PATCH', 'DELETE']) {
    result.doors += 1
    for (const caller of callers) {
      if (options.stopAtFirst && result.failures.length > 0) return
      const answers = new Map<string, Answer>()
      for (const [kind, organization] of Object.entries(organizations)) {
        const wellFormed = /^[0-9a-f-]{36}$/.test(organization)
        const send = uploaderOf(server, { cookie: caller.cookie ?? '' }, organization)
        const judge = (what: string, answer: Answer, status: number) => {
          result.cells += 1
          const door = `${caller.name}: ${method} upload of ${what} in ${kind}`
          if (answer.status !== status)
            result.failures.push(`${door}: expected ${status}, met ${answer.status} ${answer.text.slice(0, 80)}`)
          const leaked = leaks(answer, '', caller, false, world)
          if (leaked.length > 0) result.failures.push(`${door}: leaks ${leaked.join()}`)
          if (!/private|no-store/.test(String(answer.headers['cache-control']))) result.failures.push(`${door}: may be kept by caches`)
          if (status === 404) answers.set(`${kind}/${what}`, answer)
        }
        if (method === 'POST') {
          for (const [which, libraryId] of Object.entries(libraries)) {
            const place = caller.organization === kind ? caller.sees.find((each) => each.libraryId === libraryId) : undefined
            const held = [
              ...(caller.role === null ? [] : rolePermissions[caller.role]),
              ...(caller.level && place === restricted ? levelPermissions[caller.level] : []),
            ]
            const status = !wellFormed ? 405 : !caller.known ? 401 : !place ? 404 : held.includes('book:upload') ? 201 : 403
            judge(which, await send.begin(libraryId, 'a.epub', 10), status)
          }
          continue
        }
        const [first] = await superuser<{ id: string }[]>`select u.id from upload u join session s on s.user_id = u.user_id
          join organization o on o.id = u.organization_id where ${caller.cookie ?? ''} like '%' || s.token || '%' and u.organization_id::text = ${organization}
          and not u.id = any (${[...theirs.values()]}) and u.state = 'open' limit 1`
        const uploads = { own: first?.id, "the owner's": theirs.get(open.mark), foreign: theirs.get(foreign.mark), nonexistent: newId() }
        for (const [which, id] of Object.entries(uploads)) {
          if (id === undefined) continue
          const mine =
            caller.organization === kind &&
            (which === 'own' || (which === "the owner's" && caller.name === 'owner') || (which === 'foreign' && caller.name === 'outsider'))
          const good = method === 'HEAD' ? 200 : 204
          const status = !wellFormed ? (method === 'HEAD' ? 404 : 405) : !caller.known ? 401 : mine ? good : 404
          const answer = await (method === 'HEAD' ? send.look(id) : method === 'PATCH' ? send.part(id, 0, Buffer.alloc(1)) : send.end(id))
          // One byte is too little of ten, which only they are told whose upload it is.
          judge(which, answer, method === 'PATCH' && status === 204 ? 400 : status)
        }
      }
      const gone = answers.get('nonexistent/nonexistent')
      for (const [kind, answer] of answers)
        if (gone && fingerprint(answer) !== fingerprint(gone))
          result.failures.push(`${caller.name}: ${method} upload of ${kind} is told apart from what is not there`)
    }
  }
  await superuser`delete from upload`
  await superuser`update library set kind = 'folders'`
}

/** The cover of a book is put up by who may edit what is known of it, by a role or by a grant on its library. */
export async function walkCoverUploads(
  server: TestServer,
  world: AccessWorld,
  callers: readonly Caller[],
  result: WalkResult,
  options: WalkOptions,
): Promise<void> {
  const { open, restricted, foreign } = world.places
  const targets = { alpha: world.alpha.id, beta: world.beta.id, nonexistent: newId(), malformed: '..%2f' }
  const objects = { open: open.bookId, restricted: restricted.bookId, foreign: foreign.bookId, nonexistent: newId(), malformed: '..%2f..' }
  result.doors += 1
  for (const caller of callers) {
    if (options.stopAtFirst && result.failures.length > 0) return
    const answers = new Map<string, Answer>()
    for (const [kind, id] of Object.entries(targets))
      for (const [object, bookId] of Object.entries(objects)) {
        const answer = await server.send('PUT', `/files/${id}/books/${bookId}/cover`, { cookie: caller.cookie, body: 'no picture' })
        result.cells += 1
        const member = caller.role !== null && caller.organization === kind
        const seen = member ? caller.sees.find((place) => place.bookId === bookId) : undefined
        const granted = caller.level && seen === restricted ? levelPermissions[caller.level] : []
        const edits = [...rolePermissions[caller.role ?? 'guest'], ...granted].includes('metadata:edit')
        const expected = () => {
          if (![id, bookId].every((each) => /^[0-9a-f-]{36}$/.test(each))) return 405
          if (!caller.known) return 401
          if (!seen) return 404
          return edits ? 422 : 403
        }
        const what = `${caller.name}: PUT cover of ${object} in ${kind}`
        if (answer.status !== expected()) result.failures.push(`${what}: expected ${expected()}, met ${answer.status}`)
        const leaked = leaks(answer, '', caller, false, world)
        if (leaked.length > 0) result.failures.push(`${what}: leaks ${leaked.join()}`)
        if (answer.status === 404) answers.set(`${kind}/${object}`, answer)
      }
    const gone = answers.get('nonexistent/nonexistent')
    for (const [kind, answer] of answers)
      if (gone && fingerprint(answer) !== fingerprint(gone))
        result.failures.push(`${caller.name}: PUT cover: ${kind} is told apart from what is not there`)
  }
}
