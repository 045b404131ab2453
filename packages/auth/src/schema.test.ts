import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { getAuthTables } from 'better-auth/db'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import { drizzle } from 'drizzle-orm/postgres-js'
import { expect, test } from 'vitest'
import { connect } from '@carrel/db'
import * as schema from '@carrel/db/schema'
import { createAuth, createLimits, permissions, rolePermissions, roles } from './index.ts'

const tables = new Map(
  Object.values(schema as Record<string, unknown>)
    .filter((value) => value instanceof PgTable)
    .map((table) => [getTableConfig(table).name, getTableConfig(table)]),
)

/** Better Auth's options as the server makes them; its database is never asked. */
const options = () => {
  const pool = connect({ url: 'postgres://nobody@127.0.0.1:1/none' }, null, { max: 1 })
  return createAuth({
    db: drizzle({ client: pool }),
    secret: 'x'.repeat(40),
    appUrl: null,
    signUp: async () => 'open' as const,
    rateLimit: true,
    limits: createLimits(drizzle({ client: pool }), false),
    mailPasswordReset: null,
    log: () => {},
  }).options
}
const snake = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

test('the columns that Better Auth wants are those that we have, as required and as unique as it wants them', () => {
  const wanted = getAuthTables(options())
  expect(Object.keys(wanted).length).toBeGreaterThan(5)
  for (const [key, { modelName, fields }] of Object.entries(wanted)) {
    const table = tables.get(snake(modelName))
    expect(table, `${key} has no table`).toBeDefined()
    const ours = new Map(table?.columns.map((column) => [column.name, column]))
    for (const [field, attribute] of Object.entries(fields)) {
      const column = ours.get(snake(attribute.fieldName ?? field))
      expect(column, `${key}.${field}`).toBeDefined()
      if (attribute.required) expect(column?.notNull, `${key}.${field} must not be null`).toBe(true)
      if (attribute.unique) expect(column?.isUnique, `${key}.${field} must be unique`).toBe(true)
    }
    const known = new Set(['id', ...Object.entries(fields).map(([field, attribute]) => snake(attribute.fieldName ?? field))])
    // What it does not know it would not fill: such a column needs a default, or must allow null.
    for (const [name, column] of ours) if (!known.has(name)) expect([name, column.notNull && !column.hasDefault]).toEqual([name, false])
  }
})

test('Better Auth is the version that was examined', () => {
  const installed = createRequire(import.meta.url).resolve('better-auth')
  const folder = installed.slice(0, installed.lastIndexOf(`${path.sep}better-auth${path.sep}`) + '/better-auth/'.length)
  const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version: string }
  const pinned = /^ {2}better-auth: (.+)$/m.exec(readFileSync(path.join(import.meta.dirname, '../../../pnpm-workspace.yaml'), 'utf8'))?.[1]
  expect(version).toBe(pinned)
})

test('permissions only grow from guest to owner, but for what a librarian manages', () => {
  const chain = ['guest', 'member', 'librarian', 'admin', 'owner'] as const
  for (const [at, role] of chain.slice(0, -1).entries()) {
    const next = chain[at + 1] ?? 'owner'
    for (const permission of rolePermissions[role])
      expect([role, next, rolePermissions[next].includes(permission)]).toEqual([role, next, true])
  }
  expect(rolePermissions.owner).toEqual(permissions)
  expect(Object.keys(rolePermissions).toSorted()).toEqual([...roles].toSorted())
})
