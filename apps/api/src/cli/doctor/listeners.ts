import { type Finding, pass, skip, warn } from "./finding.ts";
import { readText } from "./machine.ts";

const LISTENING = "0A";

/** A port that something listens on, and whether other machines can reach it. */
export interface Listener {
  readonly port: number;
  readonly isWide: boolean;
}

/** @param text of /proc/net/tcp or tcp6, where addresses are hexadecimal, with each 4 bytes turned round */
export function parseListeners(text: string): Listener[] {
  return text.split("\n").flatMap((line) => {
    const [, local = "", , state] = line.trim().split(/\s+/);
    const [address = "", port = ""] = local.split(":");
    if (state !== LISTENING || port === "") return [];
    return [{ port: Number.parseInt(port, 16), isWide: !isLoopback(address) }];
  });
}

function isLoopback(address: string): boolean {
  const mapped = address.startsWith("0000000000000000FFFF0000") ? address.slice(24) : address;
  if (mapped.length === 8) return mapped.endsWith("7F");
  return address === "00000000000000000000000001000000";
}

/** A service that asks nobody for a password, or should not be asked by strangers. */
export interface GuardedPort {
  readonly name: string;
  readonly port: number;
  readonly fix: string;
}

/** Whether other machines reach a port of this one. */
export function judgeListeners(listeners: readonly Listener[], { name, port, fix }: GuardedPort): Finding {
  const found = listeners.filter((listener) => listener.port === port);
  if (found.length === 0) return skip("open ports", `${name}: nothing listens on port ${port} here`);
  if (!found.some(({ isWide }) => isWide))
    return pass("open ports", `${name} (port ${port}) answers this machine alone`);
  return warn("open ports", `${name} (port ${port}) can be reached from other machines`, fix);
}

/** Looks at the ports of this machine, or of this container. */
export function examinePorts(ports: readonly GuardedPort[]): Finding[] {
  const texts = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((path) => readText(path) ?? []);
  if (texts.length === 0) return [skip("open ports", "this system does not tell who listens")];
  const listeners = texts.flatMap(parseListeners);
  return ports.map((port) => judgeListeners(listeners, port));
}
