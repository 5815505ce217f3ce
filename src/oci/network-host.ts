/** Host names and addresses: which are this machine, which are inside a private network. Hosts are `name`, `name:port` or `[v6]:port`. */

/** `localhost`, 127.0.0.0/8 and ::1: where plain HTTP is fine. */
export function isLoopbackHost(host: string): boolean {
  const name = hostNameOf(host);
  if (name === "localhost" || name.endsWith(".localhost") || name === "::1") return true;
  return ipv4Of(name)?.[0] === 127;
}

/** Loopback, private, link-local and unspecified addresses: nothing that a public host may send a client to. */
export function isPrivateHost(host: string): boolean {
  if (isLoopbackHost(host)) return true;
  const name = hostNameOf(host);
  const ipv4 = ipv4Of(name);
  if (ipv4) return isPrivateIpv4(ipv4);
  return name.includes(":") && isPrivateIpv6(name);
}

/** Whether a list of hosts names this one, with its port or for every port. */
export const listsHost = (hosts: readonly string[], host: string): boolean =>
  hosts.some((listed) => listed === host || listed === hostNameOf(host));

/** Without port and brackets, lower case. */
export function hostNameOf(host: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(host)?.[1];
  return (bracketed ?? host.replace(/:\d+$/, "")).toLowerCase();
}

type Ipv4 = readonly [number, number, number, number];

function ipv4Of(name: string): Ipv4 | undefined {
  const dotted = /^(?:::ffff:)?(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(name);
  if (dotted) return [Number(dotted[1]), Number(dotted[2]), Number(dotted[3]), Number(dotted[4])];
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(name);
  if (!mapped) return undefined;
  const [high, low] = [Number.parseInt(mapped[1] ?? "", 16), Number.parseInt(mapped[2] ?? "", 16)];
  return [high >> 8, high & 255, low >> 8, low & 255];
}

function isPrivateIpv4([first, second]: Ipv4): boolean {
  if (first === 0 || first === 10 || first === 127) return true;
  if (first === 172) return second >= 16 && second <= 31;
  if (first === 100) return second >= 64 && second <= 127;
  return (first === 192 && second === 168) || (first === 169 && second === 254);
}

/** Unique local fc00::/7, link-local fe80::/10, unspecified. */
const isPrivateIpv6 = (name: string): boolean => name === "::" || /^f[cd]/.test(name) || /^fe[89ab]/.test(name);
