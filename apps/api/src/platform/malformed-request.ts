import { randomUUID } from "node:crypto";
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { HEADER_BYTES_MAX } from "@keepsake/contract";
import { answerHeaders } from "./answer-headers.ts";
import { DomainError } from "./domain-error.ts";
import { HttpFault, toHttpFailure } from "./http-failure.ts";
import { endLingering } from "./linger.ts";
import type { Logger } from "./logger.ts";

const JSON_TYPE = "application/json; charset=utf-8";

/** What Node tells of a request that it could not read. */
interface RequestError extends Error {
  readonly code?: string;
}

/**
 * Answers what is no HTTP, or came too slowly, in the form that all errors have, and ends the connection: what follows
 * on it cannot be told apart.
 */
export function answerMalformedRequest(error: RequestError, socket: Socket, logger: Logger): void {
  if (!socket.writable || error.code === "ECONNRESET" || isAnswering(socket)) {
    socket.destroy();
    return;
  }
  const requestId = randomUUID();
  const shape = toHttpFailure(toFault(error), requestId);
  const body = JSON.stringify({ error: shape });
  logger.debug({ requestId, code: error.code, reason: shape.data.reason }, shape.message);
  endLingering(socket, toHead(shape.data.httpStatus, requestId, body) + body);
}

/**
 * Whether an earlier request of the connection is being answered: this answer would be taken for its own. Node keeps the
 * answer under way there, and has no other way to ask.
 */
function isAnswering(socket: Socket & { readonly _httpMessage?: ServerResponse | null }): boolean {
  return socket._httpMessage?.req.complete === true;
}

function toFault({ code }: RequestError): DomainError {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
    return new HttpFault(408, "INVALID_INPUT", "The request did not come in time: send it at once.");
  }
  if (code === "HPE_HEADER_OVERFLOW") {
    const message = `Address and headers are over ${HEADER_BYTES_MAX} bytes: send the input as the body of a POST.`;
    return new HttpFault(431, "TOO_LARGE", message);
  }
  if (code === "HPE_CHUNK_EXTENSIONS_OVERFLOW")
    return new DomainError("TOO_LARGE", "The chunks' extensions are too long.");
  return new DomainError("INVALID_INPUT", "The request is not valid HTTP.");
}

/** `Expect` may ask for nothing but `100-continue`, which Node answers by itself. */
export function answerUnknownExpectation(_request: IncomingMessage, response: ServerResponse): void {
  const requestId = randomUUID();
  const message = "The request expects what this server does not do: leave the header Expect out.";
  const error = toHttpFailure(new HttpFault(417, "INVALID_INPUT", message), requestId);
  response
    .writeHead(417, { ...answerHeaders(requestId), "content-type": JSON_TYPE, connection: "close" })
    .end(JSON.stringify({ error }));
}

function toHead(status: number, requestId: string, body: string): string {
  const headers = {
    ...answerHeaders(requestId),
    "content-type": JSON_TYPE,
    "content-length": String(Buffer.byteLength(body)),
    connection: "close",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, "", ""].join("\r\n");
}
