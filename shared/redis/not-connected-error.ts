/** There is no connection to Redis right now; the connection itself has said so in the log. */
export class NotConnectedError extends Error {
  override readonly name = "NotConnectedError";

  constructor() {
    super("not connected to Redis");
  }
}
