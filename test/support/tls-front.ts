import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, connect, type Socket } from "node:net";
import { join } from "node:path";
import { createServer } from "node:tls";
import { removeFolder, tempFolder } from "./temp-folder.ts";

/** A TLS listener on 127.0.0.1 before a server that speaks without. */
export interface TlsFront extends AsyncDisposable {
  readonly port: number;
  /** The file of its certificate, which nobody trusts by himself. */
  readonly certificateFile: string;
}

/** Starts a TLS listener with a new certificate for `name` that passes everything on to a port of 127.0.0.1. */
export async function startTlsFront(name: string, targetPort: number): Promise<TlsFront> {
  const folder = tempFolder();
  const keyFile = join(folder, "key.pem");
  const certificateFile = join(folder, "certificate.pem");
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`];
  execFileSync("openssl", ["req", ...kind, ...subject, "-keyout", keyFile, "-out", certificateFile], {
    stdio: "pipe",
  });
  const sockets = new Set<Socket>();
  const server = createServer(
    { key: readFileSync(keyFile), cert: readFileSync(certificateFile) },
    (client) => {
      const onward = connect(targetPort, "127.0.0.1");
      for (const socket of [client, onward]) {
        sockets.add(socket);
        socket.on("error", () => socket.destroy());
      }
      client.on("close", () => onward.destroy());
      onward.on("close", () => client.destroy());
      client.pipe(onward).pipe(client);
    },
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    certificateFile,
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
      removeFolder(folder);
    },
  };
}
