/** What was asked for cannot be done; the message says why, for the operator. */
export class ConsoleRefusal extends Error {
  override name = 'ConsoleRefusal'
}
