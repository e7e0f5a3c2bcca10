import { describe, expect, it } from "vitest";
import { NotConnectedError } from "../../../shared/redis/not-connected-error.ts";
import { redisCause } from "../../../shared/redis/redis-cause.ts";

const system = (code: string, message: string): Error => Object.assign(new Error(message), { code });

describe("the cause of trouble with Redis", () => {
  it.each([
    ["WRONGPASS invalid username-password pair or user is disabled.", "WRONGPASS", "password"],
    ["ERR invalid password", "WRONGPASS", "password"],
    ["NOAUTH Authentication required.", "NOAUTH", "REDIS_PASSWORD"],
    ["NOPERM User relay has no permissions to run the 'eval' command", "NOPERM", "permission"],
    ["ERR ACL failure in script: No permissions to access a key", "NOPERM", "permission"],
    [
      "READONLY You can't write against a read only replica. script: 0a, on @user_script:4.",
      "READONLY",
      "primary",
    ],
    [
      "ERR Error running script (call to f_0): @user_script:5: -READONLY You can't write",
      "READONLY",
      "primary",
    ],
    ["OOM command not allowed when used memory > 'maxmemory'. script: 0a", "OOM", "full"],
    ["MISCONF Redis is configured to save RDB snapshots, but it's currently unable to", "MISCONF", "disk"],
    ["MOVED 3999 127.0.0.1:6381", "MOVED", "Cluster"],
    ["CLUSTERDOWN Hash slot not served", "CLUSTERDOWN", "Cluster"],
    ["NOREPLICAS Not enough good replicas to write.", "NOREPLICAS", "replicas"],
    ["MASTERDOWN Link with MASTER is down", "MASTERDOWN", "primary"],
    ["LOADING Redis is loading the dataset in memory", "LOADING", "no action"],
    ["ERR max number of clients reached", "MAXCLIENTS", "maxclients"],
    ["ERR DB index is out of range", "NODB", "database"],
    [
      "ERR The user executing the script can't publish to the channel mentioned in the command script: 25, on @user_script:28",
      "NOPERM",
      "permission",
    ],
    ["ERR unknown command 'eval'", "NOCOMMAND", "Sentinel"],
    ["Command timed out", "TIMEOUT", "in time"],
    ["connect ETIMEDOUT", "TIMEOUT", "in time"],
    ['Protocol error, got "H" as reply type byte', "NOTREDIS", "not Redis"],
  ])("%s is %s", (message, code, advice) => {
    const cause = redisCause(new Error(message));
    expect(cause.code).toBe(code);
    expect(cause.text).toBe(message.replace(/\.$/, ""));
    expect(cause.advice).toContain(advice);
    expect(cause.vague).toBe(undefined);
  });

  it.each([
    [system("ECONNREFUSED", "connect ECONNREFUSED 127.0.0.1:6379"), "ECONNREFUSED"],
    [system("ENOTFOUND", "getaddrinfo ENOTFOUND redis"), "ENOTFOUND"],
    [system("ENOENT", "connect ENOENT /run/redis.sock"), "ENOENT"],
    [system("ERR_SSL_WRONG_VERSION_NUMBER", "80:error:0A00010B:SSL routines:wrong version number"), "TLS"],
    [system("DEPTH_ZERO_SELF_SIGNED_CERT", "self-signed certificate"), "TLS"],
    [system("ERR_TLS_CERT_ALTNAME_INVALID", "Hostname/IP does not match certificate's altnames"), "TLS"],
    [new Error("failed", { cause: system("EHOSTUNREACH", "connect EHOSTUNREACH") }), "EHOSTUNREACH"],
  ])("%s is %s", (error, code) => {
    const cause = redisCause(error);
    expect(cause.code).toBe(code);
    expect(cause.advice).toBeTruthy();
  });

  it("is vague where only a connection or a transaction ended, and what was refused in it says more", () => {
    expect(redisCause(new NotConnectedError())).toMatchObject({ code: "NOT_CONNECTED", vague: true });
    expect(redisCause(new Error("Connection is closed."))).toMatchObject({ code: "CLOSED", vague: true });
    const aborted = new Error("EXECABORT Transaction discarded because of previous errors.");
    expect(redisCause(aborted)).toMatchObject({ code: "EXECABORT", vague: true });
    const previousErrors = [new Error("NOPERM this user has no permissions")];
    expect(redisCause(Object.assign(aborted, { previousErrors }))).toMatchObject({ code: "NOPERM" });
  });

  it("has a code and keeps the text of what nobody knows", () => {
    expect(redisCause(new Error("NEWERR something"))).toEqual({ code: "NEWERR", text: "NEWERR something" });
    expect(redisCause("odd")).toEqual({ code: "ERROR", text: "odd" });
  });

  it("says nothing of what a command was about", () => {
    const message = "ERR unknown command 'set', with args beginning with: 'p:$lease' 'token' 'PX'";
    expect(redisCause(new Error(message)).text).toBe("ERR unknown command 'set'");
  });
});
