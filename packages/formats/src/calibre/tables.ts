import type { DatabaseSync } from 'node:sqlite'
import { limits } from '../limits.ts'
import { BookFileError } from '../problems.ts'

/** A row of texts and numbers; what else a database holds was cast in the statement. */
export type Row = Record<string, string | number | null>
type Value = string | number

const tableLimit = 2_000

/**
 * The tables of a database. Views and virtual tables have no page of their own, and generated columns no value; they are
 * as good as absent, since reading them would run what the file says.
 */
export class Tables {
  readonly #database: DatabaseSync
  readonly #columns = new Map<string, ReadonlySet<string>>()

  constructor(database: DatabaseSync) {
    this.#database = database
    const names = this.select(`select name from sqlite_master where type = 'table' and rootpage > 0 limit ${tableLimit}`)
    for (const { name } of names) this.#columns.set(String(name), new Set())
  }

  has(table: string, ...columns: string[]): boolean {
    let known = this.#columns.get(table)
    if (known?.size === 0) {
      known = new Set(this.select('select name from pragma_table_xinfo(?) where hidden = 0', table).map(({ name }) => String(name)))
      this.#columns.set(table, known)
    }
    return known !== undefined && columns.every((column) => known.has(column))
  }

  select(statement: string, ...values: Value[]): Row[] {
    return this.#database.prepare(statement).all(...values) as Row[]
  }

  /** Rows of many, by the book that each names as `book`. */
  byBook(statement: string, ...values: Value[]): Map<number, Row[]> {
    const rows = this.select(`${statement} limit ${limits.calibreRows + 1}`, ...values)
    if (rows.length > limits.calibreRows) throw new BookFileError('too-large', 'These books have more to them than allowed.')
    return Map.groupBy(rows, ({ book }) => Number(book))
  }
}

/** A column as text of a bounded length, whatever it holds. */
export const textColumn = (column: string, max: number = limits.calibreText): string => `substr(cast(${column} as text), 1, ${max})`
