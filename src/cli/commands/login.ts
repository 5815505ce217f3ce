import { VoxError } from "../../errors/vox-error.ts";
import { logIn } from "../../ops/log-in.ts";
import type { Login, LoginPlace } from "../../oci/credentials.ts";
import { processTerminal, type Terminal } from "../../runtime/process-terminal.ts";
import { type CommandContext, isGiven, textOption } from "../command-context.ts";
import { jsonDocument } from "../output.ts";
import { runtimeOf } from "./project-command.ts";
import { hostArgument } from "./registry-host.ts";

const MAX_SECRET_BYTES = 64 * 1024;

export async function run(context: CommandContext): Promise<void> {
  const { globals } = context;
  const ports = runtimeOf(context);
  const host = hostArgument(context, ports.defaultRegistry);
  const login = await readLogin(context, host, processTerminal);
  const place = await logIn(host, login, ports);
  if (globals.json) return context.stdout(jsonDocument({ host, username: login.username, stored: place }));
  if (!globals.quiet) context.stderr(`logged in to ${host} as ${login.username}, kept ${placeText(place)}\n`);
}

export const placeText = (place: LoginPlace): string =>
  place.kind === "helper" ? `by docker-credential-${place.helper}` : `in ${place.file}`;

/** Neither is asked for where nobody can answer; the secret is never an argument, since arguments are for everybody to see. */
async function readLogin(context: CommandContext, host: string, terminal: Terminal): Promise<Login> {
  const { options, signal } = context;
  const fromStdin = isGiven(options, "password-stdin");
  const given = textOption(options, "username");
  if ((given === undefined && fromStdin) || (!fromStdin && !terminal.canAsk)) {
    throw new VoxError("USAGE", "there is nobody to ask for user name and password", {
      hint: `pipe the password into \`vox login ${host} --username NAME --password-stdin\``,
    });
  }
  const username = given ?? (await terminal.ask(`User name for ${host}: `, { hidden: false, signal })).trim();
  if (username === "" || username.includes(":"))
    throw new VoxError("USAGE", "a user name is not empty and has no `:`", { hint: "name one with `--username NAME`" });
  const secret = fromStdin
    ? (await terminal.readAll(MAX_SECRET_BYTES)).replace(/\r?\n$/, "")
    : await terminal.ask(`Password for ${username} at ${host}: `, { hidden: true, signal });
  if (secret === "") throw new VoxError("USAGE", "the password is empty", { hint: "pipe it into `--password-stdin`" });
  return { username, secret };
}
