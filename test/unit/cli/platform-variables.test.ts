import { expect, it } from "vitest";
import { unheededVariables } from "../../../services/cli/platform-variables.ts";

it("variables of the platform that the original heeds are not passed over in silence", () => {
  const variables = {
    OTEL_SERVICE_NAME: "relay",
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4317",
    PATH: "/bin",
  };
  expect(unheededVariables(variables)).toEqual([
    "OTEL_SERVICE_NAME, OTEL_EXPORTER_OTLP_ENDPOINT: not used, because OTLP is not served yet; /metrics of the admin port is",
  ]);
});

it("nothing is said of those that count", () => {
  expect(
    unheededVariables({ NODE_EXTRA_CA_CERTS: "/ca.pem", SSL_CERT_FILE: "/ca.pem", OTEL_SDK_DISABLED: "" }),
  ).toEqual([]);
});
