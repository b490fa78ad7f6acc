import type { Twin } from "../../../apps/api/src/rest/twins.ts";
import { toJsonText } from "./hostile-values.ts";

/** By which way a call goes in. */
export type Face = "trpc" | "post" | "get";

/** One call, as it is sent. */
export interface FuzzCall {
  readonly twin: Pick<Twin, "path" | "url" | "methods">;
  readonly face: Face;
  readonly input: unknown;
  /** superjson's types, for tRPC. */
  readonly meta: unknown;
}

/** What came back; status 0 for no answer in time. */
export interface FuzzAnswer {
  readonly status: number;
  readonly text: string;
}

/** A call that takes longer hangs. */
const HANGS_AFTER_MS = 60_000;

/** Sends a call for one user. */
export async function send(
  url: string,
  { token, userId }: { readonly token: string; readonly userId: string },
  call: FuzzCall,
): Promise<FuzzAnswer> {
  const authorization = `Bearer ${token}`;
  const headers = { authorization, "x-keepsake-user": userId, "content-type": "application/json" };
  const signal = AbortSignal.timeout(HANGS_AFTER_MS);
  try {
    const { path, body } = toRequest(call);
    const method = body === null ? "GET" : "POST";
    const response = await fetch(url + path, { method, headers, signal, ...(body !== null && { body }) });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    return { status: 0, text: String(error) };
  }
}

function toRequest({ twin, face, input, meta }: FuzzCall): { path: string; body: string | null } {
  if (face === "trpc") {
    const json = toJsonText(input);
    return {
      path: `/trpc/${twin.path}`,
      body: meta === null ? `{"json":${json}}` : `{"json":${json},"meta":${toJsonText(meta)}}`,
    };
  }
  if (face === "post" || !twin.methods.includes("GET")) return { path: twin.url, body: toJsonText(input) };
  return { path: `${twin.url}?${toQuery(input)}`, body: null };
}

/** A query string, each field as text; what no query string can say is left out. */
function toQuery(input: unknown): string {
  const query = new URLSearchParams();
  if (typeof input === "object" && input !== null) {
    for (const [key, value] of Object.entries(input)) {
      for (const one of Array.isArray(value) ? value : [value]) {
        const text = typeof one === "string" ? one : toJsonText(one);
        if (key.isWellFormed() && text.isWellFormed()) query.append(key, text.slice(0, 1_000));
      }
    }
  }
  return query
    .toString()
    .slice(0, 7_000)
    .replace(/%[0-9A-F]?$/, "");
}

/** A call in a line, as a person sends it again. */
export function describeCall({ twin, face, input, meta }: FuzzCall): string {
  const text = toJsonText(input);
  const shown = text.length > 1_500 ? `${text.slice(0, 1_500)}… (${text.length} characters)` : text;
  return `${twin.path} by ${face}: ${shown}${meta === null ? "" : ` with the meta ${toJsonText(meta)}`}`;
}
