import { CONTRACT_HEADER, CONTRACT_VERSION, URL_CHARS_MAX } from "@keepsake/contract";
import type { FastifyRequest } from "fastify";
import { DomainError } from "./domain-error.ts";
import { HttpFault } from "./http-failure.ts";

/** Names under which a server without tokens may be called: it must not answer to a page that rebinds its own name. */
const LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"];

const hostname = (host: string) => host.replace(/:\d+$/, "").toLowerCase();

/**
 * Refuses calls that a web page of somebody else could make in the user's browser. Needed as long as no token is asked
 * for; with tokens the page lacks one.
 *
 * @param allowedHosts names besides loopback's, such as `api` in a compose network
 */
export function assertNotFromForeignPage(request: FastifyRequest, allowedHosts: readonly string[]): void {
  const host = request.headers.host ?? "";
  const known = [...LOOPBACK_NAMES, ...allowedHosts.map((name) => name.toLowerCase())];
  if (!known.includes(hostname(host))) {
    throw new DomainError(
      "FORBIDDEN",
      "The server does not answer to this Host: call it by localhost, or add the name to KEEPSAKE_ALLOWED_HOSTS.",
    );
  }
  const { origin } = request.headers;
  if ((origin !== undefined && !isSameHost(origin, host)) || isEmbeddedElsewhere(request)) {
    throw new DomainError("FORBIDDEN", "Calls from web pages of another origin are refused.");
  }
}

function isSameHost(origin: string, host: string): boolean {
  return URL.parse(origin)?.host === host.toLowerCase();
}

/**
 * Whether another page loads it as an image, a script or the like: browsers send no Origin with these, and a GET costs
 * the server as much as it costs anyone. A link that somebody follows is none of them, where it leads to a page: a
 * frame, or a link to a procedure, begins what nobody asked for.
 */
function isEmbeddedElsewhere({ headers, routeOptions }: FastifyRequest): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== "cross-site" && site !== "same-site") return false;
  const isFollowed = headers["sec-fetch-mode"] === "navigate" && headers["sec-fetch-dest"] === "document";
  return !isFollowed || !routeOptions.config.isOpen;
}

/** HTTP 1.1 wants a Host; Node would refuse its absence in a form of its own. */
export function assertHost({ headers, raw }: FastifyRequest): void {
  if (headers.host !== undefined || raw.httpVersion === "1.0") return;
  throw new DomainError("INVALID_INPUT", "The request has no Host header.");
}

/** Refuses an address that is too long to be one, or has a fragment, which each reader cuts off at another time. */
export function assertAddress({ url }: FastifyRequest): void {
  if (url.includes("#")) throw new DomainError("INVALID_INPUT", "An address on the wire has no part behind a #.");
  if (url.length <= URL_CHARS_MAX) return;
  const message = `The address is over ${URL_CHARS_MAX} characters: send the input as the body of a POST.`;
  throw new HttpFault(414, "TOO_LARGE", message);
}

/** JSON is UTF-8 and nothing else (RFC 8259). */
const JSON_TYPE = /^\s*application\/json\s*(?:;\s*(?:charset\s*=\s*"?utf-8"?\s*(?:;\s*)?)?)?$/i;

/** Bodies are JSON and nothing else: other types reach a mutation from any page without asking first. */
export function assertJsonBody(request: FastifyRequest): void {
  const { headers } = request;
  const hasBody = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
  if (!hasBody) {
    // tRPC asks for a type even where there is nothing that could have one, and has other ways for other types.
    request.raw.headers["content-type"] = "application/json";
    return;
  }
  if (!/^(?:chunked)?$/i.test(headers["transfer-encoding"]?.trim() ?? "")) {
    throw new DomainError(
      "UNSUPPORTED_MEDIA",
      "Send the body as it is, or in chunks, and in no other Transfer-Encoding.",
    );
  }
  if (!JSON_TYPE.test(headers["content-type"] ?? "")) {
    throw new DomainError("UNSUPPORTED_MEDIA", 'Send the body as JSON, with "Content-Type: application/json".');
  }
  // Unpacked, a few bytes may be gigabytes.
  if ((headers["content-encoding"] ?? "identity").toLowerCase() !== "identity") {
    throw new DomainError("UNSUPPORTED_MEDIA", "Send the body as it is, without a Content-Encoding.");
  }
}

/** Refuses a client that was built for another wire. Callers without the header know what they do. */
export function assertContractVersion(request: FastifyRequest): void {
  const sent = request.headers[CONTRACT_HEADER];
  if (sent === undefined || sent === String(CONTRACT_VERSION)) return;
  throw new DomainError(
    "CLIENT_INCOMPATIBLE",
    `The client speaks version ${String(sent).slice(0, 20)} of the contract and this server version ${CONTRACT_VERSION}: install the client of the server's release.`,
  );
}
