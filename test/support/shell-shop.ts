import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ShellBase, writeShellBase } from "./shell-base.ts";
import { createDesk, type Desk, succeeded, type VoxRun } from "./vox-cli.ts";

/** An application on a base with a shell of its own, on a desk of its own. */
export interface Shop {
  readonly desk: Desk;
  /** The application's folder. */
  readonly folder: string;
  /** Where `vox package` writes. */
  readonly layout: string;
  vox(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<VoxRun>;
  /** Writes [deploy.container] anew and locks. */
  ask(lines: string, baseImage?: string): Promise<void>;
}

export async function layShop(base: ShellBase): Promise<Shop> {
  const desk = createDesk();
  const folder = join(desk.folder, "shop");
  mkdirSync(folder);
  writeFileSync(join(folder, "main.sh"), "cat /ran\nsleep 60\n");
  await writeShellBase(join(desk.folder, "base"), base);
  const vox = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<VoxRun> =>
    desk.vox(args, { cwd: folder, env });
  return {
    desk,
    folder,
    layout: join(folder, "dist/oci-layout"),
    vox,
    ask: async (lines, baseImage = "oci-layout:../base:base") => {
      const head = `[package]\nname = "shop"\nkind = "application"\n\n[deploy.container]\nbase_image = "${baseImage}"\n`;
      writeFileSync(join(folder, "Vox.toml"), `${head}cmd = ["/bin/sh", "main.sh"]\n${lines}\n`);
      succeeded(await vox(["lock"]));
    },
  };
}
