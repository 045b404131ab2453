import type { Sql, TransactionSql } from 'postgres'
import { newId } from '../ids.ts'

/** The ids of everything that hangs on one library. Places of two organizations may share all of them but the organization. */
export type Place = {
  organizationId: string
  libraryId: string
  folderId: string
  bookId: string
  /** A second book, on which nothing hangs. */
  spareBookId: string
  fileId: string
  personId: string
  seriesId: string
  publisherId: string
  tagId: string
  scanId: string
  rootId: string
  roleId: string
  teamId: string
  auditId: string
  invitationId: string
  joinLinkId: string
  admissionId: string
  mailId: string
  metadataFieldId: string
  visibility: 'organization' | 'restricted'
  kind: 'folders' | 'managed'
  /** Begins every text of the place, so that it can be found where it should not be. */
  mark: string
}

export function freshPlace(
  organizationId: string,
  mark: string,
  visibility: Place['visibility'] = 'organization',
  kind: Place['kind'] = 'folders',
): Place {
  return {
    organizationId,
    libraryId: newId(),
    folderId: newId(),
    bookId: newId(),
    spareBookId: newId(),
    fileId: newId(),
    personId: newId(),
    seriesId: newId(),
    publisherId: newId(),
    tagId: newId(),
    scanId: newId(),
    rootId: newId(),
    roleId: newId(),
    teamId: newId(),
    auditId: newId(),
    invitationId: newId(),
    joinLinkId: newId(),
    admissionId: newId(),
    mailId: newId(),
    metadataFieldId: newId(),
    visibility,
    kind,
    mark,
  }
}

export type Row = Record<string, string | number | boolean | null | Date | Buffer | readonly string[]>
/** What a file tells of itself. */
const told = (title: string) => ({
  title,
  subtitle: null,
  sortTitle: null,
  contributors: [],
  series: [],
  languages: [],
  identifiers: [],
  publisher: null,
  published: null,
  description: null,
  tags: [],
  layout: 'reflowable',
  direction: null,
  vertical: false,
  drm: null,
  pages: null,
  duration: null,
  track: null,
})

/** The driver writes an object as JSON; a text it would write as a JSON text. */
const json = (value: object) => value as unknown as string

const bookRow = (p: Place, id: string, name: string): Row => ({
  organization_id: p.organizationId,
  id,
  library_id: p.libraryId,
  title: `${p.mark} ${name} title`,
  sort_title: `${p.mark} ${name}`.toLowerCase(),
  subtitle: `${p.mark} subtitle`,
  publisher_id: p.publisherId,
  published: '1984',
  description: `${p.mark} description`,
  languages: ['en'],
  layout: 'reflowable',
  authors: [`${p.mark} author`],
  author_sort: `${p.mark} author`.toLowerCase(),
  formats: ['epub'],
  series_name: `${p.mark} series`,
  series_position: '1',
  search_text: `${p.mark} ${name} sharedword`.toLowerCase(),
  cover_state: 'ready',
  cover_hash: Buffer.from(p.mark).toString('hex').padEnd(64, '0').slice(0, 64),
  cover_color: '#123456',
  added_at: new Date('2026-01-02T03:04:05.678Z'),
  updated_at: new Date('2026-01-02T03:04:05.678Z'),
})

const nameRow = (p: Place, id: string, what: string): Row => ({
  organization_id: p.organizationId,
  id,
  name: `${p.mark} ${what}`,
  sort_name: `${p.mark} ${what}`,
  name_key: `${p.mark} ${what}`,
})

/** One row (two of `book`) of each table whose rows belong to an organization, parents first. `userId` owns the personal ones. */
export const placeRows = {
  root_assignment: (p) => [{ organization_id: p.organizationId, id: p.rootId, path: `/${p.mark}/root` }],
  library: (p) => [
    {
      organization_id: p.organizationId,
      id: p.libraryId,
      name: `${p.mark} library`,
      visibility: p.visibility,
      kind: p.kind,
      book_count: 2,
      problem_count: 1,
    },
  ],
  library_access: (p, userId) => [{ organization_id: p.organizationId, user_id: userId, library_id: p.libraryId, level: 'viewer' }],
  library_folder: (p) => [{ organization_id: p.organizationId, id: p.folderId, library_id: p.libraryId, path: `/${p.mark}/root/folder` }],
  scan: (p) => [
    {
      organization_id: p.organizationId,
      id: p.scanId,
      library_id: p.libraryId,
      status: 'done',
      current_folder: `${p.mark} current folder`,
      error: `${p.mark} error`,
      finished_at: new Date(),
    },
  ],
  person: (p) => [nameRow(p, p.personId, 'person')],
  series: (p) => [nameRow(p, p.seriesId, 'series')],
  publisher: (p) => [nameRow(p, p.publisherId, 'publisher')],
  tag: (p) => [nameRow(p, p.tagId, 'tag')],
  book: (p) => [bookRow(p, p.bookId, 'main'), bookRow(p, p.spareBookId, 'spare')],
  cover_task: (p) => [{ organization_id: p.organizationId, book_id: p.bookId, library_id: p.libraryId }],
  book_contributor: (p) => [{ organization_id: p.organizationId, book_id: p.bookId, position: 0, person_id: p.personId, role: 'author' }],
  book_series: (p) => [{ organization_id: p.organizationId, book_id: p.bookId, series_id: p.seriesId, position: 1 }],
  book_tag: (p) => [{ organization_id: p.organizationId, book_id: p.bookId, tag_id: p.tagId }],
  book_identifier: (p) => [
    { organization_id: p.organizationId, book_id: p.bookId, position: 0, scheme: 'isbn', value: `${p.mark} identifier` },
  ],
  book_distinction: (p) => [{ organization_id: p.organizationId, library_id: p.libraryId, book_id: p.bookId, other_id: p.spareBookId }],
  library_file: (p) => [
    {
      organization_id: p.organizationId,
      id: p.fileId,
      library_id: p.libraryId,
      folder_id: p.folderId,
      book_id: p.bookId,
      path: `${p.mark} file.epub`,
      path_hash: Buffer.from(`${p.mark} ${p.fileId}`),
      size: 1,
      modified_ms: 1,
      sha256: `${p.mark} content`,
      format: 'epub',
      // It was read once, and is damaged now.
      metadata: json(told(`${p.mark} told`)),
      problem: 'damaged',
      problem_detail: `${p.mark} problem`,
      seen_at: new Date(),
    },
  ],
  book_edit: (p) => [
    { organization_id: p.organizationId, book_id: p.bookId, values: json({ title: `${p.mark} edit` }), updated_at: new Date() },
  ],
  book_change: (p, userId) => [
    {
      organization_id: p.organizationId,
      id: p.auditId,
      book_id: p.bookId,
      kind: 'edit',
      actor_id: userId || null,
      actor_name: `${p.mark} actor`,
      before: json({}),
      after: json({ title: `${p.mark} change` }),
    },
  ],
  former_content: (p) => [
    {
      organization_id: p.organizationId,
      library_id: p.libraryId,
      sha256: `${p.mark} former content`,
      book_id: p.bookId,
      file_id: p.fileId,
    },
  ],
  reading_state: (p, userId) => [
    { organization_id: p.organizationId, user_id: userId, book_id: p.bookId, status: 'reading', progress: 0.5, updated_at: new Date() },
  ],
  merged_reading: (p, userId) => [
    {
      organization_id: p.organizationId,
      user_id: userId,
      change_id: p.auditId,
      book_id: p.bookId,
      status: 'reading',
      updated_at: new Date(),
    },
  ],
  organization_quota: (p) => [{ organization_id: p.organizationId, max_bytes: 1_000_000_000 }],
  upload: (p, userId) => [
    {
      organization_id: p.organizationId,
      id: newId(),
      library_id: p.libraryId,
      user_id: userId,
      name: `${p.mark} upload.epub`,
      size: 10,
      received: 5,
      parts: '{5}',
    },
  ],
  metadata_field: (p) => [
    {
      organization_id: p.organizationId,
      id: p.metadataFieldId,
      name: `${p.mark} field`,
      name_key: `${p.mark} field`,
      kind: 'text',
      position: 0,
    },
  ],
  metadata_value: (p) => [
    { organization_id: p.organizationId, book_id: p.bookId, field_id: p.metadataFieldId, kind: 'text', text: `${p.mark} value` },
  ],
  custom_role: (p) => [{ organization_id: p.organizationId, id: p.roleId, name: `${p.mark} role`, name_key: `${p.mark} role` }],
  custom_role_permission: (p) => [{ organization_id: p.organizationId, role_id: p.roleId, permission: 'book:download' }],
  member_role: (p, userId) => [{ organization_id: p.organizationId, user_id: userId, role_id: p.roleId }],
  team: (p) => [{ organization_id: p.organizationId, id: p.teamId, name: `${p.mark} team`, name_key: `${p.mark} team` }],
  library_grant: (p) => [{ organization_id: p.organizationId, library_id: p.libraryId, team_id: p.teamId, level: 'viewer' }],
  team_member: (p, userId) => [{ organization_id: p.organizationId, team_id: p.teamId, user_id: userId }],
  invitation: (p, userId) => [
    {
      organization_id: p.organizationId,
      id: p.invitationId,
      email: `${p.mark.toLowerCase()}@example.org`,
      status: 'pending',
      expires_at: new Date(Date.now() + 3_600_000),
      inviter_id: userId,
    },
  ],
  join_link: (p, userId) => [
    { organization_id: p.organizationId, id: p.joinLinkId, token_hash: Buffer.from(`link ${p.joinLinkId}`), created_by: userId },
  ],
  admission: (p) => [{ organization_id: p.organizationId, id: p.admissionId, invitation_id: p.invitationId, builtin: 'guest' }],
  invitation_token: (p) => [
    { organization_id: p.organizationId, hash: Buffer.from(`mail ${p.invitationId}`), invitation_id: p.invitationId, channel: 'mail' },
  ],
  mail: (p) => [
    {
      organization_id: p.organizationId,
      id: p.mailId,
      invitation_id: p.invitationId,
      kind: 'invitation',
      recipient: `${p.mark.toLowerCase()}@example.org`,
      sealed: `${p.mark} sealed`,
      answer: `${p.mark} answer`,
    },
  ],
  audit_event: (p, userId) => [
    {
      organization_id: p.organizationId,
      id: p.auditId,
      actor_id: userId || null,
      actor_name: `${p.mark} actor`,
      // No lifecycle event, so that the row of the outbox is the one below.
      action: 'library.looked-at',
      target_type: 'library',
      target_name: `${p.mark} library`,
    },
  ],
  outbox: (p) => [{ organization_id: p.organizationId, event_id: p.auditId }],
} satisfies Record<string, (place: Place, userId: string) => Row[]>

export type TenantTable = keyof typeof placeRows
export const tenantTables = Object.keys(placeRows) as TenantTable[]

/** Writes one row by the names of its columns. */
export async function insertRow(sql: Sql | TransactionSql, table: string, row: Row | undefined): Promise<void> {
  await sql`insert into ${sql(table)} ${sql(row as unknown as Record<string, never>)}`
}

/** Tables with a row for each of several people. The last two take members only. */
export const tablesOfPeople: readonly TenantTable[] = [
  'upload',
  'reading_state',
  'merged_reading',
  'library_access',
  'member_role',
  'team_member',
]

/** Tables whose rows need somebody who invites. */
const ofInviters: ReadonlySet<TenantTable> = new Set(['invitation', 'join_link', 'admission', 'invitation_token', 'mail'])

/** One row a workspace, whatever its places. */
const ofWorkspace: ReadonlySet<TenantTable> = new Set(['organization_quota'])

/** Writes all rows of a place, those of people once for each of `users`. Needs a superuser. */
export async function fillRows(superuser: Sql, place: Place, users: readonly string[], skip: readonly TenantTable[] = []): Promise<void> {
  for (const table of tenantTables) {
    if (skip.includes(table) || (users.length === 0 && ofInviters.has(table))) continue
    const authored = ofInviters.has(table)
    for (const userId of tablesOfPeople.includes(table) ? users : authored ? users.slice(0, 1) : ['']) {
      for (const row of placeRows[table](place, userId)) {
        if (ofWorkspace.has(table))
          await superuser`insert into ${superuser(table)} ${superuser(row as unknown as Record<string, never>)} on conflict do nothing`
        else await insertRow(superuser, table, row)
      }
    }
  }
}
