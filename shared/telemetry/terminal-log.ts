import type { DestinationStream } from "pino";
import pretty from "pino-pretty";

/** Writes log lines to stdout as text for people. Its own file, because only a terminal needs what it loads. */
export function terminalLog(): DestinationStream {
  return pretty({
    destination: process.stdout.fd,
    sync: true,
    colorize: process.stdout.isTTY ?? false,
    singleLine: true,
    messageKey: "message",
    translateTime: "SYS:HH:MM:ss.l",
    ignore: "process,role,environment",
    messageFormat: "[{process} {role}{if environment} {environment}{end}] {message}",
  });
}
