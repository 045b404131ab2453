/** The embedded Postgres cannot start; the message is one line that tells an operator what to do. */
export class EmbeddedPostgresError extends Error {
  override name = 'EmbeddedPostgresError'
}

/** Another live process has the data folder. */
export class FolderInUse extends EmbeddedPostgresError {
  override name = 'FolderInUse'
}
