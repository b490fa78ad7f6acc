import { Agent, request } from "node:http";
import { USER_HEADER } from "@keepsake/contract";
import type { Method, Twin } from "../../src/rest/twins.ts";
import { toSearch } from "../_query-string.ts";

/** Every way to call a procedure. */
export type Face = "tRPC POST" | "tRPC GET" | "tRPC batch" | `REST ${Method}`;

/** A call by somebody, in one of the ways. */
export interface Call {
  readonly face: Face;
  readonly twin: Twin;
  readonly userId: string | null;
  /** Null for a call without one. */
  readonly token: string | null;
  readonly input: object;
  readonly headers: Readonly<Record<string, string>>;
  readonly search: Readonly<Record<string, string>>;
}

/** What the server sent back, to the letter. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The ways in which a procedure can be called. */
export function facesOf(twin: Twin): Face[] {
  const isQuery = twin.methods.includes("GET");
  const trpc: Face[] = isQuery ? ["tRPC POST", "tRPC GET", "tRPC batch"] : ["tRPC POST", "tRPC batch"];
  return [...trpc, ...twin.methods.map((method): Face => `REST ${method}`)];
}

const agent = new Agent({ keepAlive: true });

/** Sends a call. Not by fetch, which joins two headers of one name before they are sent. */
export function send(url: string, call: Call): Promise<Answer> {
  const { method, address, body } = toRequest(call);
  // One line each, also when their names differ by case alone.
  const lines = Object.entries(call.headers);
  if (call.userId !== null) lines.unshift([USER_HEADER, call.userId]);
  if (call.token !== null) lines.push(["authorization", `Bearer ${call.token}`]);
  if (body !== null)
    lines.push(["content-type", "application/json"], ["content-length", String(Buffer.byteLength(body))]);
  const headers = ["host", new URL(url).host, ...lines.flat()];
  return new Promise((resolve, reject) => {
    const sent = request(`${url}${address}`, { method, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", reject);
      response.on("end", () => {
        const answered = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: Object.fromEntries(answered), body: text });
      });
    });
    sent.on("error", reject).end(body ?? undefined);
  });
}

function toRequest({ face, twin, input, search }: Call): { method: string; address: string; body: string | null } {
  const [kind, way = ""] = face.split(" ");
  const more = Object.entries(search);
  if (kind === "REST" && way === "POST") {
    return { method: way, address: withSearch(twin.url, more), body: JSON.stringify(input) };
  }
  if (kind === "REST") return { method: way, address: withSearch(twin.url, [...toSearch(input), ...more]), body: null };
  const path = `/trpc/${twin.path}`;
  if (way === "GET") {
    const query = [["input", JSON.stringify({ json: input })] as const, ...more];
    return { method: way, address: withSearch(path, query), body: null };
  }
  if (way === "POST") return { method: way, address: withSearch(path, more), body: JSON.stringify({ json: input }) };
  const batch = [["batch", "1"] as const, ...more];
  return { method: "POST", address: withSearch(path, batch), body: JSON.stringify({ 0: { json: input } }) };
}

function withSearch(path: string, entries: readonly (readonly [string, string])[]): string {
  const search = new URLSearchParams(entries.map(([name, value]) => [name, value] as [string, string])).toString();
  return search === "" ? path : `${path}?${search}`;
}
