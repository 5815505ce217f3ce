import { describe, expect, it } from "vitest";
import { hostNameOf, isLoopbackHost, isPrivateHost, listsHost } from "../../../src/oci/network-host.ts";
import { admitAddress, registryOrigin } from "../../../src/oci/registry-origin.ts";
import { nextLink } from "../../../src/oci/paged-list.ts";

it.each([
  ["localhost", true, true],
  ["LOCALHOST:5000", true, true],
  ["a.localhost", true, true],
  ["127.0.0.1:5000", true, true],
  ["127.9.9.9", true, true],
  ["[::1]:5000", true, true],
  ["[::ffff:127.0.0.1]", true, true],
  ["[::ffff:7f00:1]", true, true],
  ["10.1.2.3", false, true],
  ["172.16.0.1", false, true],
  ["172.32.0.1", false, false],
  ["192.168.0.1:80", false, true],
  ["169.254.169.254", false, true],
  ["100.64.0.1", false, true],
  ["0.0.0.0", false, true],
  ["[fe80::1]", false, true],
  ["[fd00::1]:443", false, true],
  ["[::]", false, true],
  ["[2606:4700::1]", false, false],
  ["8.8.8.8", false, false],
  ["ghcr.io", false, false],
  ["localhost.evil.example", false, false],
  ["127.0.0.1.evil.example", false, false],
  ["fdroid.example", false, false],
])("%s is loopback: %s, private: %s", (host, loopback, isPrivate) => {
  expect([isLoopbackHost(host), isPrivateHost(host)]).toEqual([loopback, isPrivate]);
});

it.each([
  ["ghcr.io", [], "https://ghcr.io/"],
  ["docker.io", [], "https://registry-1.docker.io/"],
  ["127.0.0.1:5000", [], "http://127.0.0.1:5000/"],
  ["[::1]:5000", [], "http://[::1]:5000/"],
  ["registry.lan:5000", [], "https://registry.lan:5000/"],
  ["registry.lan:5000", ["registry.lan:5000"], "http://registry.lan:5000/"],
  ["registry.lan:5000", ["registry.lan"], "http://registry.lan:5000/"],
  ["registry.lan:5000", ["registry.lan:5001"], "https://registry.lan:5000/"],
])("%s with plain HTTP for %j is asked at %s", (host, insecure, url) => {
  expect(registryOrigin(host, insecure).url.href).toBe(url);
});

describe("an address that a registry sends on to", () => {
  const admit = (host: string, location: string): string => {
    const origin = registryOrigin(host, ["plain.example"]);
    return admitAddress(origin, location, new URL("/v2/a/blobs/uploads/", origin.url)).href;
  };

  it.each([
    ["ghcr.io", "/v2/a/blobs/uploads/1?s=a%2Bb", "https://ghcr.io/v2/a/blobs/uploads/1?s=a%2Bb"],
    ["ghcr.io", "https://storage.example/1", "https://storage.example/1"],
    ["ghcr.io", "http://ghcr.io/v2/x", "https://ghcr.io/v2/x"],
    ["ghcr.io", "http://plain.example/x", "http://plain.example/x"],
    ["127.0.0.1:5000", "http://127.0.0.1:9000/x", "http://127.0.0.1:9000/x"],
    ["127.0.0.1:5000", "https://10.0.0.1/x", "https://10.0.0.1/x"],
  ])("of %s to %s is followed", (host, location, url) => {
    expect(admit(host, location)).toBe(url);
  });

  it.each([
    ["ghcr.io", "http://storage.example/1", "REGISTRY_INSECURE"],
    ["ghcr.io", "file:///etc/passwd", "REGISTRY_UNAVAILABLE"],
    ["ghcr.io", "ftp://storage.example/x", "REGISTRY_UNAVAILABLE"],
    ["ghcr.io", "https://169.254.169.254/latest", "REGISTRY_UNAVAILABLE"],
    ["ghcr.io", "https://10.0.0.1/x", "REGISTRY_UNAVAILABLE"],
    ["ghcr.io", "http://127.0.0.1:2375/x", "REGISTRY_UNAVAILABLE"],
    ["ghcr.io", "https://[fd00::1]/x", "REGISTRY_UNAVAILABLE"],
    ["ghcr.io", "https://", "REGISTRY_UNAVAILABLE"],
  ])("of %s to %s is refused", (host, location, code) => {
    expect(() => admit(host, location)).toThrow(expect.objectContaining({ code }));
  });
});

it.each([
  ['</v2/a/tags/list?n=2&last=b>; rel="next"', "/v2/a/tags/list?n=2&last=b"],
  ["<https://h/x>; rel=next", "https://h/x"],
  ['<a>; rel="prev", <b>; title="x, y"; rel="next"', "b"],
  ['<a>; rel="prev"', undefined],
  ["", undefined],
])("the next page of %s is %s", (header, target) => {
  expect(nextLink(header)).toBe(target);
});

it("a list of hosts names a host for one port or for all", () => {
  expect([listsHost(["a:1"], "a:1"), listsHost(["a"], "a:1"), listsHost(["a:1"], "a:2"), listsHost([], "a")]).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect([hostNameOf("[::1]:80"), hostNameOf("A:80"), hostNameOf("a")]).toEqual(["::1", "a", "a"]);
});
