import { describe, expect, it } from "vitest";
import { readConfiguration } from "../../../shared/config/configuration.ts";

const FILE = { name: "relay.conf", text: '[Environment "a"]\nsdkKey = sdk-a\n' };
const read = (platform: Record<string, string>) => readConfiguration({ file: FILE, platform });
const proxies = (platform: Record<string, string>) => {
  const result = read(platform);
  if (result.kind === "invalid") throw new Error(result.problems.join("\n"));
  return result.configuration.proxies;
};
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
        configuration: { proxies: { noProxy: "" } },
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
