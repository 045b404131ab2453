import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { fillRows, freshPlace, insertRow, type Place } from '@carrel/db/testing'
import { addMember, makeOrganization, makePerson, startTestServer, type Person, type TestServer } from './testing/server.ts'

type Field = { id: string; name: string; kind: string; choices: { id: string; name: string }[] }
let server: TestServer
let owner: Person
let librarian: Person
let member: Person
let keeper: Person
let id: string
let open: Place
let restricted: Place

beforeAll(async () => {
  server = await startTestServer()
  ;[owner, librarian, member, keeper] = (await Promise.all(
    ['Owner', 'Librarian', 'Member', 'Keeper'].map((name) => makePerson(server, name)),
  )) as [Person, Person, Person, Person]
})
beforeEach(async () => {
  id = (await makeOrganization(server, 'Fields', { owner: [owner], librarian: [librarian], member: [member], guest: [keeper] })).id
  open = freshPlace(id, 'OPEN')
  restricted = freshPlace(id, 'RESTRICTED', 'restricted')
  const skipped = ['metadata_field', 'metadata_value', 'library_access', 'member_role'] as const
  for (const place of [open, restricted]) await fillRows(server.db.superuser, place, [], skipped)
  await server.db.superuser`delete from audit_event where organization_id = ${id}`
  await insertRow(server.db.superuser, 'library_grant', {
    organization_id: id,
    library_id: restricted.libraryId,
    user_id: keeper.id,
    level: 'editor',
  })
})
afterAll(() => server[Symbol.asyncDispose]())

const call = async (who: Person, method: string, at: string, body?: object) => {
  const answer = await server.send(method, `/api/v1${at}`, { cookie: who.cookie, organization: id, ...(body && { body }) })
  return { status: answer.status, json: answer.json as Record<string, unknown> & { code?: string } }
}
const create = async (input: object): Promise<Field> => {
  const { status, json } = await call(owner, 'POST', '/metadata/fields', input)
  expect([status, json]).toEqual([200, json])
  return json as unknown as Field
}
const set = (who: Person, place: Place, fieldId: string, value: unknown) =>
  call(who, 'PATCH', `/books/${place.bookId}/metadata`, { values: [{ fieldId, value }] })
const valuesOf = async (who: Person, place: Place) => {
  const { json } = await call(who, 'GET', `/books/${place.bookId}`)
  return (json['metadata'] as { name: string; value: unknown; choice: string | null }[]).map(({ name, value, choice }) => [
    name,
    value,
    choice,
  ])
}
const names = async () => ((await call(owner, 'GET', '/metadata/fields')).json as unknown as Field[]).map(({ name }) => name)

describe('values', () => {
  test('of each kind are set, shown on the book in the order of the fields, changed and taken away', async () => {
    const text = await create({ name: 'Notes', kind: 'text' })
    const number = await create({ name: 'Shelf', kind: 'number' })
    const date = await create({ name: 'Bought', kind: 'date' })
    const flag = await create({ name: 'Signed', kind: 'flag' })
    const choice = await create({ name: 'State', kind: 'choice', choices: [{ name: 'New' }, { name: 'Worn' }] })
    const worn = choice.choices[1]?.id
    for (const [field, value] of [
      [choice, worn],
      [flag, false],
      [date, '2026-02-28'],
      [number, -2.5],
      [text, ' two\r\nlines '],
    ] as const)
      // prettier-ignore
      expect((await set(librarian, open, field.id, value)).status).toBe(200)
    expect(await valuesOf(member, open)).toEqual([
      ['Notes', 'two\nlines', null],
      ['Shelf', -2.5, null],
      ['Bought', '2026-02-28', null],
      ['Signed', false, null],
      ['State', worn, 'Worn'],
    ])
    const order = [choice, text, flag, number, date].map((field) => field.id)
    expect((await call(owner, 'PUT', '/metadata/fields', { fieldIds: order })).status).toBe(200)
    expect((await call(owner, 'PUT', '/metadata/fields', { fieldIds: order.slice(1) })).status).toBe(409)
    await set(librarian, open, number.id, 7)
    for (const field of [date, flag]) await set(librarian, open, field.id, null)
    await set(librarian, open, text.id, '  ')
    expect(await valuesOf(member, open)).toEqual([['State', worn, 'Worn'], ['Shelf', 7, null]]) // prettier-ignore
    const shelf = await server.send('GET', '/api/v1/books', { cookie: member.cookie, organization: id })
    expect(shelf.text).not.toContain('metadata')
  })

  test('are edited by who may by a role, or by a grant in that library alone', async () => {
    const { id: fieldId } = await create({ name: 'Notes', kind: 'text' })
    expect((await set(librarian, open, fieldId, 'by a role')).status).toBe(200)
    expect((await set(member, open, fieldId, 'not allowed')).status).toBe(403)
    expect((await set(librarian, restricted, fieldId, 'out of sight')).status).toBe(404)
    expect((await set(keeper, restricted, fieldId, 'by a grant')).status).toBe(200)
    expect((await set(keeper, open, fieldId, 'out of sight')).status).toBe(404)
    expect(await valuesOf(keeper, restricted)).toEqual([['Notes', 'by a grant', null]])
    expect(await valuesOf(member, open)).toEqual([['Notes', 'by a role', null]])
    const [event] = await server.db
      .superuser`select action, target_name, after from audit_event where organization_id = ${id} and action = 'metadata.updated' order by at desc limit 1`
    expect(event).toEqual({ action: 'metadata.updated', target_name: 'Notes', after: { library: restricted.libraryId, fields: ['Notes'] } })
  })

  test('that do not fit are refused, and nothing of the same save is kept', async () => {
    const text = await create({ name: 'Text', kind: 'text' })
    const number = await create({ name: 'Number', kind: 'number' })
    const date = await create({ name: 'Date', kind: 'date' })
    const flag = await create({ name: 'Flag', kind: 'flag' })
    const choice = await create({ name: 'Choice', kind: 'choice', choices: [{ name: 'One' }] })
    const bad: [Field, unknown, number][] = [
      [text, 'x'.repeat(10_000), 400],
      [text, 'a\u0000b', 400],
      [text, 'a\u001b[31mb', 400],
      [text, 7, 422],
      [number, '7', 422],
      [number, 'NaN', 422],
      [number, 1e300, 400],
      [date, '2026-02-30', 422],
      [date, '26-1-1', 422],
      [date, '0000-01-01', 422],
      [flag, 'yes', 422],
      [choice, 'One', 422],
      [choice, open.bookId, 422],
      [choice, true, 422],
      [text, { $ne: 1 }, 400],
    ]
    for (const [field, value, status] of bad)
      expect([field.name, value, (await set(librarian, open, field.id, value)).status]).toEqual([field.name, value, status])
    const { status } = await call(librarian, 'PATCH', `/books/${open.bookId}/metadata`, {
      values: [{ fieldId: text.id, value: 'kept?' }, { fieldId: number.id, value: 'no' }],
    }) // prettier-ignore
    expect(status).toBe(422)
    expect((await set(librarian, open, open.bookId, 'no such field')).status).toBe(404)
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      // The codes by which RPC carries what JSON cannot.
      const answer = await server.send('POST', '/rpc/metadata/set', {
        cookie: librarian.cookie,
        organization: id,
        headers: { 'x-csrf-token': 'orpc' },
        body: { json: { bookId: open.bookId, values: [{ fieldId: number.id, value: String(value) }] }, meta: [[5, 'values', 0, 'value']] },
      })
      expect(answer.status).toBeGreaterThanOrEqual(400)
    }
    expect(await valuesOf(owner, open)).toEqual([])
    const direct = server.db
      .superuser`insert into metadata_value (organization_id, book_id, field_id, kind, number) values (${id}, ${open.bookId}, ${number.id}, 'number', 'NaN')`
    await expect(direct).rejects.toMatchObject({ code: '23514' })
  })
})

describe('fields', () => {
  test('are renamed with their values, and keep their kind while a book has one', async () => {
    const { id: fieldId } = await create({ name: 'Notes', kind: 'text' })
    const change = (input: object) => call(owner, 'PATCH', `/metadata/fields/${fieldId}`, input)
    expect((await change({ kind: 'number' })).json).toMatchObject({ kind: 'number' })
    expect((await change({ kind: 'text' })).status).toBe(200)
    await set(keeper, restricted, fieldId, 'stays')
    expect((await change({ name: 'Remarks' })).json).toMatchObject({ name: 'Remarks', kind: 'text' })
    expect(await valuesOf(keeper, restricted)).toEqual([['Remarks', 'stays', null]])
    expect((await change({ kind: 'number' })).json).toMatchObject({ code: 'IN_USE' })
    expect((await change({ kind: 'choice', choices: [{ name: 'stays' }] })).json).toMatchObject({ code: 'IN_USE' })
    const uses = await call(owner, 'GET', `/metadata/fields/${fieldId}/uses`)
    expect(uses.json).toEqual({ books: 1, byChoice: {} })
  })

  test('of choices: one is renamed with its values, a new one added, and one in use stays', async () => {
    const { id: fieldId, choices } = await create({ name: 'State', kind: 'choice', choices: [{ name: 'New' }, { name: 'Worn' }] })
    const [fresh, worn] = choices as [Field['choices'][number], Field['choices'][number]]
    const change = (next: object[]) => call(owner, 'PATCH', `/metadata/fields/${fieldId}`, { choices: next })
    await set(librarian, open, fieldId, worn.id)
    expect((await change([{ name: 'Lost' }, { id: worn.id, name: 'Well read' }])).status).toBe(200)
    expect(await valuesOf(member, open)).toEqual([['State', worn.id, 'Well read']])
    expect((await change([{ name: 'Lost' }])).json).toMatchObject({ code: 'IN_USE' })
    for (const wrong of [
      [],
      [{ name: 'Same' }, { name: ' SAME ' }],
      [
        { id: fresh.id, name: 'Gone' },
        { id: worn.id, name: 'W' },
      ],
      [
        { id: worn.id, name: 'A' },
        { id: worn.id, name: 'B' },
      ],
    ])
      // prettier-ignore
      expect([wrong, (await change(wrong)).status]).toEqual([wrong, 400])
    expect((await call(owner, 'GET', `/metadata/fields/${fieldId}/uses`)).json).toEqual({ books: 1, byChoice: { [worn.id]: 1 } })
  })

  test('have names that read differently, and there are fifty at most, however many ask at once', async () => {
    await create({ name: 'Läse-Notiz', kind: 'text' })
    const other = await create({ name: 'Other', kind: 'text' })
    const add = (name: string) => call(owner, 'POST', '/metadata/fields', { name, kind: 'text' })
    for (const name of ['läse-notiz', ' LASE-NOTIZ ']) expect((await add(name)).json).toMatchObject({ code: 'NAME_TAKEN' })
    expect((await call(owner, 'PATCH', `/metadata/fields/${other.id}`, { name: 'LÄSE-NOTIZ' })).json).toMatchObject({ code: 'NAME_TAKEN' })
    for (const name of ['', ' ', 'a\u0007b', 'x'.repeat(101)]) expect([name, (await add(name)).status]).toEqual([name, 400])
    const statuses = await Promise.all(Array.from({ length: 60 }, (_, number) => add(`Field ${number}`).then(({ status }) => status)))
    expect([statuses.filter((status) => status === 200).length, statuses.filter((status) => status === 409).length]).toEqual([48, 12])
    expect((await names()).length).toBe(50)
  })

  test('are deleted with the values of all libraries, and it is said how many books had one', async () => {
    const { id: fieldId } = await create({ name: 'Notes', kind: 'text' })
    await create({ name: 'Later', kind: 'text' })
    await set(librarian, open, fieldId, 'one')
    await set(keeper, restricted, fieldId, 'two')
    expect((await call(owner, 'DELETE', `/metadata/fields/${fieldId}`)).json).toEqual({ books: 2 })
    expect(await valuesOf(member, open)).toEqual([])
    expect(await names()).toEqual(['Later'])
    await create({ name: 'Last', kind: 'text' })
    expect(await names()).toEqual(['Later', 'Last'])
    const actions = await server.db.superuser<
      { action: string }[]
    >`select action from audit_event where organization_id = ${id} and action like 'metadata-field.%' order by at, id`
    expect(actions.map(({ action }) => action)).toEqual([
      'metadata-field.created',
      'metadata-field.created',
      'metadata-field.deleted',
      'metadata-field.created',
    ])
  })

  test('are defined by who may change the workspace, and known to its members', async () => {
    const { id: fieldId } = await create({ name: 'Notes', kind: 'text' })
    for (const who of [librarian, member, keeper]) {
      expect((await call(who, 'GET', '/metadata/fields')).status).toBe(200)
      for (const [method, at, body] of [
        ['POST', '', { name: 'X', kind: 'text' }],
        ['PATCH', `/${fieldId}`, { name: 'X' }],
        ['DELETE', `/${fieldId}`, undefined],
        ['GET', `/${fieldId}/uses`, undefined],
      ] as const)
        // prettier-ignore
        expect([who.name, method, (await call(who, method, `/metadata/fields${at}`, body)).status]).toEqual([who.name, method, 403])
    }
    const stranger = await makePerson(server, 'Stranger')
    const elsewhere = await makeOrganization(server, 'Elsewhere', { owner: [stranger] })
    await addMember(server, elsewhere.id, keeper, 'guest')
    for (const [method, at] of [
      ['PATCH', ''],
      ['DELETE', ''],
      ['GET', '/uses'],
    ] as const) {
      const answer = await server.send(method, `/api/v1/metadata/fields/${fieldId}${at}`, {
        cookie: stranger.cookie,
        organization: elsewhere.id,
        ...(method === 'PATCH' && { body: { name: 'Mine' } }),
      })
      expect([method, answer.status]).toEqual([method, 404])
    }
  })
})
