import { sql, type SQL } from 'drizzle-orm'
import { customType, pgPolicy, pgRole, timestamp, uuid } from 'drizzle-orm/pg-core'

/** Logins and the owner of the definer functions; made by the migration. See docs/adr/0001-walls.md. */
export const appRole = pgRole('carrel_app').existing()
export const authRole = pgRole('carrel_auth').existing()
export const gateRole = pgRole('carrel_gate').existing()

const org = sql.raw('(select app.current_organization())')
const user = sql.raw('(select app.current_user_id())')

/** `organization_id = current organization`, evaluated once a statement. */
export const ownOrganization = sql`organization_id = ${org}`
export const ownUser = sql`user_id = ${user}`
export const may = (permission: string) => sql.raw(`(select app.may('${permission}'))`)
/** What the guard of this name in the catalogue asks for; see `guards` there. */
export const guarded = (guard: string) => sql.raw(`(select app.guarded('${guard}'))`)
export const isOperator = sql.raw('(select app.is_operator())')
/** False while an operator acts in the person's place. */
export const notImpersonated = sql.raw('(select app.impersonator_id()) is null')
/** Rows of libraries that the actor sees; the array is set when the scope is entered. */
export const visibleLibrary = sql.raw('library_id = any ((select app.visible_libraries())::uuid[])')
/** Rows of libraries in which the actor may edit what is known of books. */
export const editableLibrary = sql.raw(
  `(library_id = any ((select app.visible_libraries())::uuid[]) and app.library_may(organization_id, library_id, 'metadata:edit'))`,
)
/** There is such a library. */
const editsSomewhere = sql.raw(`exists (select from library l where l.organization_id = (select app.current_organization())
  and app.library_may(l.organization_id, l.id, 'metadata:edit'))`)
/** Rows of the library that the current job works on. */
export const jobLibrary = sql.raw('library_id = (select app.job_library())')
export const inJob = sql.raw('(select app.job_library()) is not null')

/** Better Auth's tables: its own login does everything, nobody else sees anything by this policy. */
export const authOnly = (table: string) => [
  pgPolicy(`${table}_auth`, { for: 'all', to: authRole, using: sql`true`, withCheck: sql`true` }),
  pgPolicy(`${table}_gate`, { for: 'select', to: gateRole, using: sql`true` }),
]

/** Three policies, so that reading keeps to the one policy that is for reading. */
export const writtenWhen = (table: string, condition: SQL) => [
  pgPolicy(`${table}_insert`, { for: 'insert', to: appRole, withCheck: condition }),
  pgPolicy(`${table}_update`, { for: 'update', to: appRole, using: condition, withCheck: condition }),
  pgPolicy(`${table}_delete`, { for: 'delete', to: appRole, using: condition }),
]

/** Book data of a library: read where the library is visible, written by the library's job alone. */
export const libraryData = (table: string) => [
  pgPolicy(`${table}_read`, { for: 'select', to: appRole, using: sql`${ownOrganization} and ${visibleLibrary}` }),
  ...writtenWhen(table, sql`${ownOrganization} and ${jobLibrary}`),
]

/** As `libraryData`; people who may edit what is known of books write some of it as well. The job is asked first: that costs nothing a row. */
export const editedData = (table: string, by: { insert?: true; update?: true; delete?: true }) => {
  const job = sql`${ownOrganization} and ${jobLibrary}`
  const both = sql`${ownOrganization} and (${jobLibrary} or ${editableLibrary})`
  return [
    pgPolicy(`${table}_read`, { for: 'select', to: appRole, using: sql`${ownOrganization} and ${visibleLibrary}` }),
    pgPolicy(`${table}_insert`, { for: 'insert', to: appRole, withCheck: by.insert ? both : job }),
    pgPolicy(`${table}_update`, { for: 'update', to: appRole, using: by.update ? both : job, withCheck: by.update ? both : job }),
    pgPolicy(`${table}_delete`, { for: 'delete', to: appRole, using: by.delete ? both : job }),
  ]
}

/** Names that books of one organization share: written by its jobs; new ones also by people who edit what is known of books. */
export const sharedData = (table: string) => [
  pgPolicy(`${table}_read`, { for: 'select', to: appRole, using: ownOrganization }),
  pgPolicy(`${table}_insert`, { for: 'insert', to: appRole, withCheck: sql`${ownOrganization} and (${inJob} or ${editsSomewhere})` }),
  pgPolicy(`${table}_update`, {
    for: 'update',
    to: appRole,
    using: sql`${ownOrganization} and ${inJob}`,
    withCheck: sql`${ownOrganization} and ${inJob}`,
  }),
  pgPolicy(`${table}_delete`, { for: 'delete', to: appRole, using: sql`${ownOrganization} and ${inJob}` }),
]

/** Workspaces whose time to undo their deletion is over. */
const ended = sql.raw("(select id from organization where deleted_at < now() - interval '7 days')")

/** The gate removes rows of workspaces that go for good, and no others. */
export const purged = (table: string) =>
  pgPolicy(`${table}_purge`, { for: 'delete', to: gateRole, using: sql`organization_id in ${ended}` })

/** As `purged`, for a table that the gate reads for nothing else. */
export const seenAndPurged = (table: string) => [
  purged(table),
  pgPolicy(`${table}_ended`, { for: 'select', to: gateRole, using: sql`organization_id in ${ended}` }),
]

/** Bytes. */
export const bytes = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' })
export const organizationId = () => uuid().notNull()
export const moment = () => timestamp({ withTimezone: true, mode: 'date', precision: 3 })
export const createdAt = () => moment().notNull().defaultNow()
