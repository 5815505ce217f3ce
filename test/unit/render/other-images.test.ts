import { describe, expect, it } from "vitest";
import { otherImages, withImages } from "../../../src/render/compose/other-images.ts";
import { parseCompose } from "../../../src/render/compose/parse-compose.ts";
import { failureOf } from "../container/fixtures.ts";

const FILE = parseCompose(
  `services:
  shop: { labels: { team: shop } }
  cache: { image: "redis:7", pull_policy: always }
  other: { image: "redis:7" }
  pinned: { image: "db@sha256:1" }
  console: { image: adminer, profiles: [debug] }
volumes: { data: {} }
`,
  "compose.yaml",
);

describe("the images of the services beside the application", () => {
  it.each([
    [[], ["db@sha256:1", "redis:7"]],
    [
      ["shop", "console"],
      ["adminer", "db@sha256:1", "redis:7"],
    ],
  ])("where %j are asked for are %j, each once", (asked, images) => {
    expect(otherImages(FILE, { own: "shop", asked })).toEqual(images);
  });

  it("get other names, and are pulled no more; everything else stays", () => {
    const names = new Map([["redis:7", "docker.io/library/redis:sha256-2"]]);
    expect(withImages(FILE, { own: "shop", asked: [] }, names)).toEqual({
      ...FILE,
      services: {
        shop: { labels: { team: "shop" } },
        cache: { image: "docker.io/library/redis:sha256-2" },
        other: { image: "docker.io/library/redis:sha256-2" },
        pinned: { image: "db@sha256:1" },
        console: { image: "adminer", profiles: ["debug"] },
      },
      volumes: { data: {} },
    });
  });

  it.each([
    ["services: { a: { build: . } }", "the service `a` has no image, only a build: it cannot be carried"],
    ["services: { a: { image: 'x:${TAG}' } }", "the service `a` names its image by a variable: it cannot be carried"],
  ])("cannot be carried of %j", (text, why) => {
    expect(failureOf(() => otherImages(parseCompose(text, "compose.yaml"), { own: "shop", asked: [] }))).toBe(
      `DEPLOY_UNSUPPORTED: ${why}`,
    );
  });
});
