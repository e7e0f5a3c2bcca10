/** Where a Redis is, and how to log in. */
export type RedisSettings = TcpRedis | UnixRedis;

interface TcpRedis extends RedisLogin {
  readonly kind: "tcp";
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

interface UnixRedis extends RedisLogin {
  readonly kind: "unix";
  readonly path: string;
}

interface RedisLogin {
  /** The number of the database. */
  readonly db: number;
  readonly username?: string;
  readonly password?: string;
}
