import { expect, it } from "vitest";
import { redisAddress } from "../../../shared/redis/redis-address.ts";

const LOGIN = { username: "relay", password: "top secret" };

it.each([
  [{ kind: "tcp", host: "localhost", port: 6379, tls: false, db: 0 }, "redis://localhost:6379"],
  [{ kind: "tcp", host: "::1", port: 6380, tls: true, db: 2 }, "rediss://[::1]:6380/2"],
  [{ kind: "unix", path: "/run/redis.sock", db: 0 }, "unix:///run/redis.sock"],
  [{ kind: "unix", path: "/run/redis.sock", db: 1 }, "unix:///run/redis.sock?db=1"],
] as const)("an address is a URL without credentials (%#)", (settings, url) => {
  expect(redisAddress({ ...settings, ...LOGIN })).toBe(url);
});
