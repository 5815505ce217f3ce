import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { testEngine } from "../support/docker-engine.ts";
import { findOracle } from "../support/oracles.ts";
import { type RolloutDesk, rolloutDesk } from "../support/rollout-desk.ts";
import { leaveOut, requireService } from "../support/services.ts";
import { at, textAt } from "../support/vox-cli.ts";

const [docker, podman] = [await requireService("docker"), await requireService("podman")];

const pathOf = (program: string): string | undefined => {
  try {
    return execFileSync("/bin/sh", ["-c", `command -v ${program}`], { encoding: "utf8" }).trim();
  } catch {
    return leaveOut(program, "not on the PATH");
  }
};

/** What is on the PATH of whoever deploys, by name, and the plugins of Docker's client. */
interface Programs {
  readonly name: string;
  readonly engine: string | undefined;
  readonly path: Readonly<Record<string, string | undefined>>;
  readonly plugin?: string | undefined;
}

const [two, five] = [findOracle("docker-compose"), findOracle("docker-compose-5")];
const client = pathOf("docker");
const PLUGIN_2: Programs = { name: "`docker compose` 2", engine: docker, path: { docker: client }, plugin: two };
const STANDALONE_1: Programs = {
  name: "`docker-compose` of Debian",
  engine: docker,
  path: { "docker-compose": pathOf("docker-compose") },
};
const ALL: readonly Programs[] = [
  PLUGIN_2,
  { name: "`docker compose` 5", engine: docker, path: { docker: client }, plugin: five },
  { name: "`docker-compose` 2", engine: docker, path: { "docker-compose": two } },
  STANDALONE_1,
  {
    name: "`podman-compose`",
    engine: podman,
    path: { "podman-compose": pathOf("podman-compose"), podman: pathOf("podman") },
  },
];

const isHere = ({ engine, path, ...rest }: Programs): boolean =>
  engine !== undefined && Object.values(path).every(Boolean) && (!("plugin" in rest) || rest.plugin !== undefined);

const SECRET = { SHOP_KEY: '-it\'s $ecret: "100%"\nand ${MORE} `of` it' };

/** Limits below the machine's own, which a limited Podman may not raise. */
const BESIDE = "services: { NAME: { ulimits: { nofile: 1024, nproc: 4096 } } }\n";

let desk: RolloutDesk | undefined;

async function deskWith({ engine, path, plugin }: Programs, settings = ""): Promise<RolloutDesk> {
  const made = await rolloutDesk({
    dockerHost: engine ?? "",
    container: 'secrets = ["SHOP_KEY"]',
    tables: `[deploy]\ntarget = "compose"\n[deploy.compose]\nproject_name = "NAME"\nfile = "compose.yaml"\nports = ["127.0.0.1::3000"]\n${settings}`,
  });
  desk = made;
  made.write("compose.yaml", BESIDE.replace("NAME", made.name));
  const bin = join(made.desk.folder, "bin");
  mkdirSync(bin);
  for (const [name, target] of Object.entries(path)) symlinkSync(target ?? "", join(bin, name));
  const plugins = join(made.desk.env["DOCKER_CONFIG"] ?? "", "cli-plugins");
  mkdirSync(plugins, { recursive: true });
  // Podman wants a file where DOCKER_CONFIG says that there is one.
  writeFileSync(join(plugins, "../config.json"), "{}\n");
  if (plugin !== undefined) symlinkSync(plugin, join(plugins, "docker-compose"));
  const onlyThese = { PATH: bin };
  return {
    ...made,
    document: (args, env) => made.document(args, { ...onlyThese, ...env }),
    failure: (args, env) => made.failure(args, { ...onlyThese, ...env }),
  };
}

afterEach(async () => {
  await desk?.remove();
  desk = undefined;
});

describe.each(ALL)("with $name and nothing else", (programs) => {
  it.skipIf(!isHere(programs))(
    "a deployment is brought up, left alone when nothing changed, and replaced when something did",
    async () => {
      const shop = await deskWith(programs);
      const first = await shop.document(["deploy"], SECRET);
      expect(at(first, "deployment")).toMatchObject({ target: "compose", result: "succeeded", sequence: 1 });
      const { Config } = await shop.inspect(textAt(first, "container", "id"));
      expect(Config.Env).toContain(`SHOP_KEY=${SECRET.SHOP_KEY}`);
      expect(at(await shop.document(["deploy"], SECRET), "deployment", "result")).toBe("unchanged");
      shop.greet("Welcome back");
      const second = await shop.document(["deploy"], SECRET);
      expect(await shop.greeting(second)).toBe("Welcome back");
    },
    120_000,
  );
});

describe("secrets as files", () => {
  it.skipIf(!isHere(PLUGIN_2))(
    "are in the container, and a new value makes the container anew",
    async () => {
      const shop = await deskWith(PLUGIN_2, 'secrets = "files"\n');
      const secretIn = async (document: unknown): Promise<string> => {
        const container = testEngine(docker ?? "").running(textAt(document, "container", "id"), 0);
        return (await container.exec(["/bin/busybox", "cat", "/run/secrets/SHOP_KEY"])).replaceAll("\r\n", "\n");
      };
      const first = await shop.document(["deploy"], SECRET);
      expect(await secretIn(first)).toBe(SECRET.SHOP_KEY);
      expect(at(await shop.document(["deploy"], SECRET), "deployment", "result")).toBe("unchanged");
      const second = await shop.document(["deploy"], { SHOP_KEY: "another" });
      expect(at(second, "deployment", "steps", 0)).toMatchObject({
        kind: "compose-renew",
        cause: "the value of `SHOP_KEY` is another one than runs",
      });
      expect(await secretIn(second)).toBe("another");
    },
    120_000,
  );

  it.skipIf(!isHere(STANDALONE_1))(
    "are refused before anything is done where the program cannot give them",
    async () => {
      const shop = await deskWith(STANDALONE_1, 'secrets = "files"\n');
      expect(await shop.failure(["deploy"], SECRET)).toEqual(["DEPLOY_UNSUPPORTED", 65]);
      expect(await shop.history()).toEqual([]);
    },
    60_000,
  );
});
