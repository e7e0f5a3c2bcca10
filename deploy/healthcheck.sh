#!/bin/sh
# Exit code 0 if the relay in this container answers, whichever its role: at ADMIN_PORT if that is set, else at one
# of the ports that answer by default. Asks for liveness only: a Redis or a LaunchDarkly that is away must not get
# containers restarted, which would mend nothing.
# shellcheck disable=SC2016 # The `${…}` below is JavaScript's.
exec node --input-type=module --eval '
  const { ADMIN_PORT, PORT = "8030", PROMETHEUS_PORT = "8031" } = process.env;
  const ports = ADMIN_PORT ? [ADMIN_PORT] : [PORT, PROMETHEUS_PORT, "8032", "8033"];
  const isAlive = async (port) => {
    const { status } = await fetch(`http://127.0.0.1:${port}/healthz`);
    if (status !== 200) throw new Error(`port ${port} answers ${status}`);
  };
  try {
    await Promise.any(ports.map(isAlive));
    process.exit(0);
  } catch ({ errors }) {
    console.error(errors.map(({ message, cause }) => cause?.message ?? message).join("\n"));
    process.exit(1);
  }
'
