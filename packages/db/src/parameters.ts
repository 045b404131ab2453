import { sql, type SQL } from 'drizzle-orm'

/** Rows as one parameter, so that a batch is one statement whatever its length. */
export const json = (rows: unknown): SQL => sql`${JSON.stringify(rows)}::text::json`

/** Hexadecimal digests and ids, which need no quoting, as one parameter: an array to be cast. */
export const list = (values: readonly string[]): SQL => sql`${`{${values.join(',')}}`}`
