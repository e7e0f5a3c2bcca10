#!/usr/bin/env node
/**
 * Exit code 0 if the relay in this container answers, whichever its role: at `ADMIN_PORT` if that is set, else at one
 * of the ports that answer by default. Asks for liveness only: a Redis or a LaunchDarkly that is away must not get
 * containers restarted, which would mend nothing.
 */
import { isIPv6 } from "node:net";
import { describeError } from "../shared/base/errors.ts";
import { isServiceLink } from "../shared/config/service-link.ts";

const TIMEOUT_MS = 4_000;
/** Addresses that this machine is among. */
const HERE = ["", "0.0.0.0", "::", "localhost"];

const adminHost = variable("ADMIN_HOST", "");
const adminPort = variable("ADMIN_PORT", "");
const admin = HERE.includes(adminHost) ? "127.0.0.1" : isIPv6(adminHost) ? `[${adminHost}]` : adminHost;
const addresses =
  adminPort !== ""
    ? [`${admin}:${adminPort}`]
    : [
        `127.0.0.1:${variable("PORT", "8030")}`,
        ...[variable("PROMETHEUS_PORT", "8031"), "8032", "8033"].map((port) => `${admin}:${port}`),
      ];

try {
  await Promise.any(addresses.map(isAlive));
  process.exit(0);
} catch (error) {
  const { errors } = error as AggregateError;
  console.error(errors.map(describeError).join("\n"));
  process.exit(1);
}

/** A setting among the variables, as the relay reads it. */
function variable(name: string, otherwise: string): string {
  const text = (process.env[name] ?? "").trimEnd();
  return text === "" || isServiceLink(text) ? otherwise : text;
}

async function isAlive(address: string): Promise<void> {
  const url = `http://${address}/healthz`;
  const { status } = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (status !== 200) throw new Error(`${address} answers ${status}`);
}
