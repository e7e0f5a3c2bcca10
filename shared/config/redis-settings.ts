/** Where a Redis is and how to sign in. */
export type RedisSettings =
  | {
      readonly kind: "tcp";
      readonly host: string;
      readonly port: number;
      readonly tls: boolean;
      readonly db: number;
      readonly username?: string;
      readonly password?: string;
    }
  | {
      readonly kind: "unix";
      readonly path: string;
      readonly db: number;
      readonly username?: string;
      readonly password?: string;
    };
