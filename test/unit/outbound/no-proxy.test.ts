import { describe, expect, it } from "vitest";
import { directRequests } from "../../../shared/outbound/no-proxy.ts";

const isDirect = (noProxy: string, url: string): boolean => directRequests(noProxy)(new URL(url));

describe("without NO_PROXY", () => {
  it.each(["http://localhost:8030", "https://127.0.0.1", "http://127.255.3.4:1", "http://[::1]:80"])(
    "this machine is reached directly: %s",
    (url) => expect(isDirect("", url)).toBe(true),
  );
  it.each([
    "https://stream.launchdarkly.com",
    "http://10.0.0.1",
    "http://localhost.example",
    "http://[fe80::1]",
  ])("everything else takes the proxy: %s", (url) => expect(isDirect("", url)).toBe(false));
});

// The cases of golang.org/x/net/http/httpproxy, in its words.
describe("NO_PROXY means what it means to Go", () => {
  it.each([
    ["example.com", "https://example.com"],
    ["example.com", "https://a.example.com"],
    ["EXAMPLE.com", "https://Example.COM"],
    [" other , example.com ", "https://example.com"],
    [".example.com", "https://a.example.com"],
    ["*.example.com", "https://a.b.example.com"],
    ["example.com:443", "https://example.com"],
    ["example.com:80", "http://example.com"],
    ["*.example.com:8080", "http://a.example.com:8080"],
    ["*", "https://example.com"],
    ["other, *", "https://example.com"],
    ["10.0.0.1", "http://10.0.0.1:99"],
    ["10.0.0.1:99", "http://10.0.0.1:99"],
    ["10.0.0.0/8", "http://10.200.3.4"],
    ["fd00::1", "http://[fd00::1]"],
    ["[fd00::1]:80", "http://[fd00::1]"],
    ["fd00::/16", "http://[fd00::7]:8080"],
  ])("%s lets %s go directly", (noProxy, url) => expect(isDirect(noProxy, url)).toBe(true));

  it.each([
    ["example.com", "https://badexample.com"],
    ["example.com", "https://example.com.evil"],
    [".example.com", "https://example.com"],
    ["*.example.com", "https://example.com"],
    ["example.com:80", "https://example.com"],
    ["a.example.com", "https://example.com"],
    ["10.0.0.0/8", "http://11.0.0.1"],
    ["10.0.0.0/99", "http://10.0.0.1"],
    ["10.0.0.1:98", "http://10.0.0.1:99"],
    ["[fd00::1]:81", "http://[fd00::1]"],
    [":443", "https://example.com"],
    [",, ,", "https://example.com"],
    ["exam*", "https://example.com"],
  ])("%s leaves %s to the proxy", (noProxy, url) => expect(isDirect(noProxy, url)).toBe(false));
});
