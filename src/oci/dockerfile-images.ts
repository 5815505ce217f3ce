import { VoxError } from "../errors/vox-error.ts";
import { type Instruction, instructionsOf, type Word } from "./dockerfile-text.ts";

/** An image that a Dockerfile names, where it names it. */
export interface NamedImage {
  /** With variables replaced. */
  readonly reference: string;
  /** Of the word in the text. */
  readonly start: number;
  readonly end: number;
}

export interface DockerfileImages {
  /** In the order of the text; stages of the file itself and `scratch` are no images. */
  readonly images: readonly NamedImage[];
  /** What the last stage stands on, through other stages: a reference, or `scratch`. */
  readonly base: string;
}

/**
 * Finds every image that a build of the Dockerfile would fetch: in `FROM`, `COPY --from` and `RUN --mount=from` (Dockerfile reference).
 * What fetches something that no lock could name is refused: a `# syntax` program, a platform of its own, a variable without value.
 * @param buildArgs values for `ARG` before the first `FROM`
 * @throws {VoxError} DEPLOY_UNSUPPORTED
 */
export function dockerfileImages(text: string, buildArgs: Readonly<Record<string, string>>): DockerfileImages {
  refuseDirectives(text);
  const variables = new Map<string, string>();
  const stages: Stage[] = [];
  const images: NamedImage[] = [];
  for (const instruction of instructionsOf(text)) {
    const [first] = instruction.words;
    switch (first?.text.toUpperCase()) {
      case "ARG":
        if (stages.length === 0) declare(instruction.words.slice(1), variables, buildArgs);
        break;
      case "FROM": {
        const stage = stageOf(instruction, { variables, stages });
        if (stage.image) images.push(stage.image);
        stages.push(stage);
        break;
      }
      case "COPY":
      case "ADD":
      case "RUN":
        images.push(...sourceImages(instruction, stages));
        break;
      default:
        break;
    }
  }
  const last = stages.at(-1);
  if (!last) throw unsupported("has no `FROM`", "begin it with `FROM` and the `base_image`");
  return { images, base: last.root };
}

interface Stage {
  readonly name: string | undefined;
  readonly image: NamedImage | undefined;
  /** What it stands on at last. */
  readonly root: string;
}

interface Known {
  readonly variables: ReadonlyMap<string, string>;
  readonly stages: readonly Stage[];
}

function stageOf({ words }: Instruction, { variables, stages }: Known): Stage {
  const [, ...rest] = words;
  const flags = rest.filter(({ text }) => text.startsWith("--"));
  for (const { text } of flags) checkPlatform(text);
  const [from, as, name] = rest.slice(flags.length);
  if (!from) throw unsupported("has a `FROM` that names nothing", "name the `base_image` there");
  const stageName = as?.text.toUpperCase() === "AS" ? name?.text.toLowerCase() : undefined;
  const reference = replaced(from.text, variables);
  const stage = stages.find((known) => known.name === reference.toLowerCase());
  if (stage) return { name: stageName, image: undefined, root: stage.root };
  if (reference === "scratch") return { name: stageName, image: undefined, root: "scratch" };
  return { name: stageName, image: { reference, start: from.start, end: from.start + from.text.length }, root: reference };
}

/** Every stage is built for the platform of the image: the lock has the base's manifest for that one. */
function checkPlatform(flag: string): void {
  if (/^--platform=\$(?:TARGETPLATFORM|\{TARGETPLATFORM\})$/.test(flag)) return;
  throw unsupported(`has \`${flag}\`, and vox builds each stage for the platform of the image`, `take \`${flag}\` out`);
}

const MOUNT = /^--mount=/;
const FROM = /(?:^|,)from=([^,]*)/;

function sourceImages({ words }: Instruction, stages: readonly Stage[]): readonly NamedImage[] {
  const flags = words
    .slice(1)
    .filter(({ text }, index, all) => all.slice(0, index + 1).every((word) => word.text.startsWith("--")) && text !== "");
  return flags.flatMap(({ text, start }): readonly NamedImage[] => {
    const isCopy = text.startsWith("--from=");
    const found = isCopy ? /^--from=(.*)$/.exec(text) : MOUNT.test(text) ? FROM.exec(text.slice("--mount=".length)) : null;
    const reference = found?.[1] ?? "";
    if (!found || reference === "" || isStage(reference, stages) || reference === "scratch") return [];
    if (reference.includes("$"))
      throw unsupported(`names \`${reference}\` in \`${text}\``, "name the image or the stage itself");
    const at = start + text.lastIndexOf(`from=${reference}`) + "from=".length;
    return [{ reference, start: at, end: at + reference.length }];
  });
}

const isStage = (name: string, stages: readonly Stage[]): boolean =>
  /^\d+$/.test(name) || stages.some((stage) => stage.name === name.toLowerCase());

/** `ARG NAME=default`; quotes around a default go. */
function declare(words: readonly Word[], variables: Map<string, string>, buildArgs: Readonly<Record<string, string>>): void {
  for (const { text } of words) {
    const [, name = "", value] = /^([^=]+)(?:=(.*))?$/.exec(text) ?? [];
    const known = Object.hasOwn(buildArgs, name)
      ? buildArgs[name]
      : value && replaced(value.replace(/^(["'])(.*)\1$/, "$2"), variables);
    if (known !== undefined) variables.set(name, known);
  }
}

const VARIABLE = /\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::-([^}]*))?\})/g;

function replaced(text: string, variables: ReadonlyMap<string, string>): string {
  const value = text.replace(VARIABLE, (whole, plain?: string, braced?: string, fallback?: string) => {
    const found = variables.get(plain ?? braced ?? "") ?? fallback;
    if (found === undefined || found === "")
      throw unsupported(`takes an image's name from \`${whole}\`, which has no value`, "give it one in `build_args`");
    return found;
  });
  if (!value.includes("$")) return value;
  throw unsupported(`names an image by \`${text}\``, "name the image itself, or by a plain variable");
}

/** Comments before the first instruction can change how the rest is read, and by whom. */
function refuseDirectives(text: string): void {
  for (const line of text.split("\n")) {
    const [, name, value] = /^#\s*([A-Za-z]+)\s*=\s*(.+?)\s*$/.exec(line.trim()) ?? [];
    if (name === undefined) return;
    if (name.toLowerCase() === "syntax")
      throw unsupported(`has \`# syntax=${value}\`, a program from a registry that no lock names`, "take that line out");
    if (name.toLowerCase() === "escape" && value !== "\\")
      throw unsupported("has another `# escape` than the backslash", "take that line out");
  }
}

const unsupported = (what: string, hint: string): VoxError =>
  new VoxError("DEPLOY_UNSUPPORTED", `the \`dockerfile\` of [deploy.container] ${what}`, { hint });
