import { rootCertificates } from "node:tls";
import { describe, expect, it } from "vitest";
import { readConfiguration } from "../../../shared/config/configuration.ts";

const FILE = { name: "relay.conf", text: '[Environment "a"]\nsdkKey = sdk-a\n' };
const read = (platform: Record<string, string>) => readConfiguration({ file: FILE, platform });
const proxies = (platform: Record<string, string>) => {
  const result = read(platform);
  if (result.kind === "invalid") throw new Error(result.problems.join("\n"));
  return result.configuration.outbound.proxies;
};
const CERTIFICATE = rootCertificates[0] ?? "";
const FILES: Record<string, string> = {
  "/ca.pem": `Our authority\n${CERTIFICATE}\n${rootCertificates[1]}\n`,
  "/empty.pem": "nothing\n",
  "/broken.pem": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
};
const readFile = (path: string): string => {
  const text = FILES[path];
  if (text === undefined) throw new Error("ENOENT: no such file");
  return text;
};
const withSection = (section: string, platform: Record<string, string> = {}) =>
  readConfiguration({ file: { ...FILE, text: `${FILE.text}[Proxy]\n${section}` }, platform, readFile });
const withVariables = (variables: Record<string, string>) =>
  readConfiguration({ file: FILE, variables, readFile });
const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;

describe("the proxy variables of the platform", () => {
  it("count beside a file alone, and each for its kind of link", () => {
    expect(proxies({ HTTPS_PROXY: "http://proxy:3128" })).toEqual({
      https: { url: "http://proxy:3128" },
      noProxy: "",
    });
    expect(proxies({ http_proxy: "https://proxy", no_proxy: "a,b" })).toEqual({
      http: { url: "https://proxy" },
      noProxy: "a,b",
    });
  });

  it("win in capitals, unless they are empty", () => {
    const both = { HTTPS_PROXY: "http://upper", https_proxy: "http://lower", NO_PROXY: "u", no_proxy: "l" };
    expect(proxies(both)).toMatchObject({ https: { url: "http://upper" }, noProxy: "u" });
    expect(proxies({ ...both, HTTPS_PROXY: "", NO_PROXY: "" })).toMatchObject({
      https: { url: "http://lower" },
      noProxy: "l",
    });
    expect(proxies({ HTTPS_PROXY: "", HTTP_PROXY: "" })).toEqual({ noProxy: "" });
  });

  it("may leave out the scheme, and the password", () => {
    expect(proxies({ HTTPS_PROXY: "proxy:3128" }).https).toEqual({ url: "http://proxy:3128" });
    expect(proxies({ HTTPS_PROXY: "me:se%40cret@proxy:3128/path" }).https).toEqual({
      url: "http://proxy:3128",
      authorization: basic("me:se@cret"),
    });
    expect(proxies({ HTTPS_PROXY: "http://me@proxy" }).https?.authorization).toBe(basic("me:"));
  });

  it("are a notice without a password", () => {
    expect(read({ HTTPS_PROXY: "http://me:secret@proxy:3128" })).toMatchObject({
      notices: expect.arrayContaining([
        "HTTPS_PROXY: LaunchDarkly's https:// links are reached through http://proxy:3128",
      ]),
    });
  });

  it.each(["http://me:secret@", "http://me:secret@proxy:99999", "http://me:secret%zz@proxy", "a b:secret"])(
    "that name no proxy are a warning, and none is used: %s",
    (text) => {
      const result = read({ HTTPS_PROXY: text });
      expect(result).toMatchObject({
        kind: "valid",
        configuration: { outbound: { proxies: { noProxy: "" } } },
        warnings: [
          "HTTPS_PROXY: is not the URL of a proxy, so LaunchDarkly's https:// links are reached directly",
        ],
      });
      expect(JSON.stringify(result)).not.toContain("secret");
    },
  );

  it.each(["socks5", "socks5h", "ftp"])("of a kind that is not supported are an error: %s", (scheme) => {
    const result = read({ https_proxy: `${scheme}://me:secret@proxy:1080` });
    expect(result).toMatchObject({
      kind: "invalid",
      problems: [`https_proxy: proxies of the kind ${scheme}:// are not supported; http:// and https:// are`],
    });
    expect(JSON.stringify(result)).not.toContain("secret");
  });
});

describe("[Proxy]", () => {
  it("names the proxy for every link and host, with a login", () => {
    const expected = { url: "http://proxy:3128", authorization: basic("DOMAIN\\me:p@ss:/#word") };
    const all = { proxies: { http: expected, https: expected }, trusted: [] };
    expect(
      withSection('url = http://proxy:3128\nuser = "DOMAIN\\\\me"\npassword = "p@ss:/#word"'),
    ).toMatchObject({ configuration: { outbound: all } });
    const variables = {
      PROXY_URL: "proxy:3128",
      PROXY_AUTH_USER: "DOMAIN\\me",
      PROXY_AUTH_PASSWORD: "p@ss:/#word",
    };
    expect(withVariables(variables)).toMatchObject({ configuration: { outbound: all } });
    const result = withSection("url = http://url-user:url-word@proxy:3128\npassword = word");
    expect(result).toMatchObject({
      configuration: { outbound: { proxies: { https: { authorization: basic("url-user:word") } } } },
    });
  });

  it("wins over the variables of the platform, and says so", () => {
    const platform = { HTTPS_PROXY: "http://other", NO_PROXY: "*" };
    const result = withSection("url = http://me:secret@proxy:3128", platform);
    expect(result).toMatchObject({
      notices: expect.arrayContaining([
        "relay.conf, line 4: [Proxy] url: LaunchDarkly is reached through http://proxy:3128",
        "HTTPS_PROXY, NO_PROXY: not used, because relay.conf, line 4: [Proxy] url names the proxy for every host",
      ]),
    });
    if (result.kind === "valid") expect(result.configuration.outbound.proxies.noProxy).toBeUndefined();
    expect(JSON.stringify({ ...result, configuration: undefined })).not.toContain("secret");
  });

  it("takes a login without a proxy for nothing, as the original does", () => {
    const warning = "PROXY_AUTH_USER: it has no effect, because no url names a proxy";
    expect(withVariables({ PROXY_AUTH_USER: "me" })).toMatchObject({ kind: "valid", warnings: [warning] });
  });

  it.each(["http://me:secret@", "http://me:secret@proxy:99999", "socks5://me:secret@proxy", "http://"])(
    "is an error if it names none, without a word of it: %s",
    (url) => {
      const result = withVariables({ PROXY_URL: url });
      expect(result).toMatchObject({
        kind: "invalid",
        problems: [expect.stringMatching(/^PROXY_URL: .*prox/)],
      });
      expect(JSON.stringify(result)).not.toContain("secret");
    },
  );

  it("refuses NTLM with what to do, in the words of where it stands", () => {
    expect(withSection("url = proxy:1\nntlmAuth = true\ndomain = CORP")).toMatchObject({
      kind: "invalid",
      problems: [expect.stringMatching(/ntlmAuth: .*NTLM.*Cntlm.*\[Proxy\] url/)],
      warnings: [expect.stringContaining("[Proxy] domain: it has no effect")],
    });
    expect(withSection("url = proxy:1\nntlmAuth = false")).toMatchObject({ kind: "valid" });
  });

  it("adds the certificates of all its files", () => {
    expect(withSection("caCertFiles = /ca.pem")).toMatchObject({
      configuration: {
        outbound: { proxies: { noProxy: "" }, trusted: [CERTIFICATE.trim(), rootCertificates[1]?.trim()] },
      },
    });
    const twice = withVariables({ PROXY_CA_CERTS: "/ca.pem, /ca.pem" });
    if (twice.kind === "valid") expect(twice.configuration.outbound.trusted).toHaveLength(4);
    expect(twice.kind).toBe("valid");
  });

  it("does not start without the certificates that it names", () => {
    const [missing, empty, broken] = ["/missing.pem", "/empty.pem", "/broken.pem"];
    expect(withVariables({ PROXY_CA_CERTS: `${missing},${empty},${broken}` })).toMatchObject({
      kind: "invalid",
      problems: [
        'PROXY_CA_CERTS: the file "/missing.pem" cannot be read (ENOENT: no such file)',
        'PROXY_CA_CERTS: the file "/empty.pem" contains no certificate in PEM form',
        'PROXY_CA_CERTS: certificate 1 in the file "/broken.pem" cannot be read',
      ],
    });
  });
});

it("a file of SSL_CERT_FILE that is of no use is a warning", () => {
  const warned = withSection("", { SSL_CERT_FILE: "/empty.pem" });
  expect(warned).toMatchObject({
    kind: "valid",
    warnings: [expect.stringContaining("SSL_CERT_FILE: the file")],
  });
  expect(withSection("", { SSL_CERT_FILE: "/ca.pem" })).toMatchObject({ kind: "valid", warnings: [] });
});
