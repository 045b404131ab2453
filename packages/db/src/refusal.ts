/** The database is not one that this server may run on. The message is one line with the reason and the mend. */
export class DatabaseRefusal extends Error {
  override name = 'DatabaseRefusal'
}
