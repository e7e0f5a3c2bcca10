import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, type Socket } from "node:net";
import { join } from "node:path";
import { createServer } from "node:tls";
import { removeFolder, tempFolder } from "./temp-folder.ts";

/** A TLS listener on 127.0.0.1 before a server that speaks without. */
export interface TlsFront extends AsyncDisposable {
  readonly port: number;
  /** The file of the private authority that signed its certificate: nobody trusts it by himself. */
  readonly caFile: string;
}

/**
 * Starts a TLS listener that passes everything on to a port of 127.0.0.1, with a certificate for `name` by a new private
 * authority: what a proxy shows that looks into TLS.
 */
export async function startTlsFront(name: string, targetPort: number): Promise<TlsFront> {
  const folder = tempFolder();
  const { caFile, keyFile, certificateFile } = makeCertificates(name, folder);
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
    caFile,
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
      removeFolder(folder);
    },
  };
}

function makeCertificates(name: string, folder: string) {
  const [caFile, caKeyFile, keyFile, requestFile, certificateFile, extensionFile] = [
    "ca.pem",
    "ca-key.pem",
    "key.pem",
    "request.pem",
    "certificate.pem",
    "extensions.txt",
  ].map((file) => join(folder, file)) as [string, string, string, string, string, string];
  const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: "pipe" });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl(
    ..."req -x509 -days 2 -subj /CN=private-authority".split(" "),
    ...newKey,
    "-keyout",
    caKeyFile,
    "-out",
    caFile,
  );
  openssl("req", ...newKey, "-subj", `/CN=${name}`, "-keyout", keyFile, "-out", requestFile);
  writeFileSync(extensionFile, `subjectAltName=DNS:${name}\n`);
  openssl(
    ...["x509", "-req", "-days", "2", "-CAcreateserial", "-CA", caFile, "-CAkey", caKeyFile],
    ...["-in", requestFile, "-extfile", extensionFile, "-out", certificateFile],
  );
  return { caFile, keyFile, certificateFile };
}
