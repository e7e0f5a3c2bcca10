import { expect, it } from "vitest";
import { unheededVariables } from "../../../services/cli/platform-variables.ts";

it("variables of the platform that the original heeds are not passed over in silence", () => {
  expect(unheededVariables({ SSL_CERT_FILE: "/ca.pem", PATH: "/bin" })).toEqual([
    "SSL_CERT_FILE: not used, because certificates to trust are named by NODE_EXTRA_CA_CERTS",
  ]);
});

it("certificates of the system are none of these where Node heeds them", () => {
  expect(unheededVariables({ SSL_CERT_FILE: "/ca.pem", NODE_OPTIONS: "--use-openssl-ca" })).toEqual([]);
  expect(unheededVariables({ NODE_EXTRA_CA_CERTS: "/ca.pem", HTTPS_PROXY: "http://proxy" })).toEqual([]);
});
