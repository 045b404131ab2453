import { createConnection, createServer, type Server, type Socket } from 'node:net'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import type { Sql } from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { connect, createTransact } from './index.ts'
import { loginPassword } from './roles.ts'
import { createTestDatabase, type TestDatabase } from './testing.ts'

let db: TestDatabase
let line: Server
const sockets = new Set<Socket>()
const pools: Sql[] = []

beforeAll(async () => {
  db = await createTestDatabase()
  // A line that can be cut: between it and Postgres is the socket of the cluster.
  line = createServer((socket) => {
    const behind = createConnection(path.join(db.target.host, `.s.PGSQL.${db.target.port}`))
    sockets.add(socket)
    for (const [from, to] of [
      [socket, behind],
      [behind, socket],
    ] as const) {
      from.pipe(to)
      from.on('error', () => {})
      from.on('close', () => to.destroy())
    }
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => line.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.end({ timeout: 1 })))
})
afterAll(async () => {
  line.close()
  await db[Symbol.asyncDispose]()
})

function poolOf(max: number): Sql {
  const { port } = line.address() as { port: number }
  const login = { user: 'carrel_app', password: loginPassword(db.secret, 'carrel_app') }
  const pool = connect({ host: '127.0.0.1', port, database: db.target.database }, login, { max, connect_timeout: 5 })
  pools.push(pool)
  return pool
}

/** Ways to lose all connections of the app login. */
const ways: [string, () => Promise<unknown> | void][] = [
  ['ended by Postgres', () => db.superuser`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'carrel_app' and datname = current_database()`],
  ['reset', () => sockets.forEach((socket) => socket.resetAndDestroy())],
  ['closed', () => sockets.forEach((socket) => socket.destroy())],
] // prettier-ignore

const visitor = { kind: 'visitor' } as const
const within = <T>(promise: Promise<T>): Promise<T> =>
  Promise.race([promise, wait(5000).then(() => Promise.reject(new Error('It does not end.')))])

describe.each(ways)('a connection that is %s', (_, cut) => {
  test('fails its transaction, ends nothing else, and is opened anew', async () => {
    const pool = poolOf(3)
    const transact = createTransact(pool)
    for (let round = 0; round < 8; round += 1) {
      const running = Promise.allSettled(
        Array.from({ length: 8 }, (_, n) =>
          transact(visitor, async (tx) => {
            for (let i = 0; i < 10; i += 1) await tx.execute(sql`select pg_sleep(${n / 1000})`)
          }),
        ),
      )
      await wait(round * 4)
      await cut()
      await within(running)
      // Postgres may end one more that was just opened.
      const answer = () => within(transact(visitor, (tx) => tx.execute(sql`select 7 as n`)))
      await expect.poll(answer, { timeout: 5000 }).toMatchObject([{ n: 7 }])
    }
  })

  test.each(['ours', "Drizzle's"])('takes no part in the transaction that comes after it on the same place (%s)', async (whose) => {
    const pool = poolOf(1)
    const ours = createTransact(pool)
    const database = drizzle({ client: pool })
    const transact = (fn: (tx: Pick<typeof database, 'execute'>) => Promise<unknown>) =>
      whose === 'ours' ? ours(visitor, fn) : database.transaction(fn)
    const [opened, resumed, begun, ended] = Array.from({ length: 4 }, () => Promise.withResolvers<void>()) as [
      PromiseWithResolvers<void>,
      PromiseWithResolvers<void>,
      PromiseWithResolvers<void>,
      PromiseWithResolvers<void>,
    ]
    const said: string[] = []
    const lost = transact(async (tx) => {
      await tx.execute(sql`select 1`)
      opened.resolve()
      await resumed.promise
      await tx.execute(sql`select set_config('carrel.lost', 'yes', false)`).catch((error: Error) => said.push(error.message))
    }).catch((error: Error) => said.push(error.message))
    await opened.promise
    await cut()
    const next = transact(async (tx) => {
      const look = () =>
        tx.execute(sql`select pg_current_xact_id()::text as id, coalesce(current_setting('carrel.lost', true), '') as lost`)
      const [first] = await look()
      begun.resolve()
      await ended.promise
      const [last] = await look()
      expect(last).toEqual(first)
      expect(last).toMatchObject({ lost: '' })
    })
    await within(Promise.race([begun.promise, next]))
    resumed.resolve()
    await within(lost)
    await wait(50)
    ended.resolve()
    await within(next)
    expect(said.length).toBeGreaterThan(0)
    expect(await within(ours(visitor, (tx) => tx.execute(sql`select 7 as n`)))).toMatchObject([{ n: 7 }])
  })
})
