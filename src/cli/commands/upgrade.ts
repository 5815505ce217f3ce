import { PROGRAM_VERSION } from "../../config/generated/version.ts";
import type { VoxEvent } from "../../core/events.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { findInstallation, installRelease, openReleaseSource } from "../../runtime/process-upgrade.ts";
import { INSTALL_POLICY } from "../../toolchain/generated/install-policy.ts";
import { parseRelease, type Release } from "../../toolchain/release.ts";
import type { ReleaseSource } from "../../toolchain/release-source.ts";
import { isNewer, planUpgrade } from "../../toolchain/upgrade-plan.ts";
import { type CommandContext, isGiven, textOption } from "../command-context.ts";
import { printResult } from "../output.ts";
import { signerOf } from "./release-signature.ts";

const { artifacts, checksums, releases, signature } = INSTALL_POLICY;

/** `vox upgrade`: the program itself, and nothing of a project. */
export async function run(context: CommandContext): Promise<void> {
  const place = textOption(context.options, "from") ?? releases.base;
  if (place === "") return tellNothingKnown(context);
  const source = await openReleaseSource(place, context.cwd, context.signal);
  const text = await source.readText(checksums.file);
  const signedBy = await signerOf({ text, signatureFile: signature.file }, source, context);
  const release = parseRelease(text, fileOf("tarball"));
  const found = { source, release, signedBy };
  if (isGiven(context.options, "apply")) return apply(context, found);
  tell(context, { ...found, applied: false }, [
    isNewer(release, PROGRAM_VERSION)
      ? `vox ${release.version} is there, and this is ${PROGRAM_VERSION}: run \`vox upgrade --from ${place} --apply\``
      : UP_TO_DATE,
  ]);
}

async function apply(context: CommandContext, found: Found): Promise<void> {
  const { source, release, signedBy } = found;
  const plan = planUpgrade({
    current: PROGRAM_VERSION,
    release,
    installation: await findInstallation(),
    files: { npm: fileOf("npm"), tarball: fileOf("tarball") },
  });
  if (plan.kind === "newer" && signedBy === undefined) context.onEvent(UNSIGNED);
  if (plan.kind === "newer") await installRelease(plan, source, context.signal);
  const applied = plan.kind === "newer";
  tell(context, { ...found, applied }, [
    applied ? `vox ${release.version} is installed in the place of ${PROGRAM_VERSION}` : UP_TO_DATE,
  ]);
}

const UP_TO_DATE = `vox ${PROGRAM_VERSION} is the newest there`;

function fileOf(kind: "npm" | "tarball"): string {
  const artifact = artifacts.find((each) => each.kind === kind);
  if (artifact === undefined) throw new VoxError("INTERNAL", `the install policy has no artifact of the kind \`${kind}\``);
  return artifact.file;
}

const UNSIGNED: VoxEvent = {
  kind: "warning",
  code: "RELEASE_UNSIGNED",
  message: "nobody is named who must have signed the release",
  hint: "name them with `--key FILE`, or with `--certificate-identity NAME`",
};

interface Found {
  readonly source: ReleaseSource;
  readonly release: Release;
  readonly signedBy: string | undefined;
}

interface Told extends Found {
  readonly applied: boolean;
}

const tell = (context: CommandContext, { source, release, signedBy, applied }: Told, lines: readonly string[]): void =>
  printResult(context, {
    document: {
      current: PROGRAM_VERSION,
      latest: release.version,
      newer: isNewer(release, PROGRAM_VERSION),
      source: source.place,
      signedBy: signedBy ?? null,
      applied,
    },
    lines,
  });

function tellNothingKnown(context: CommandContext): void {
  if (isGiven(context.options, "apply"))
    throw new VoxError("USAGE", "no place of releases is known", { hint: "name a folder or an address with `--from PLACE`" });
  printResult(context, {
    document: { current: PROGRAM_VERSION, latest: null, newer: false, source: null, signedBy: null, applied: false },
    lines: [`vox ${PROGRAM_VERSION}; no place of releases is known: name a folder or an address with \`--from PLACE\``],
  });
}
