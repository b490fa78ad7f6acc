import type { FastifyInstance } from "fastify";
import { DomainError } from "./domain-error.ts";
import { assertReadable } from "./readable-json.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** A body as text. Broken UTF-8 is refused: decoding it leniently would change what was sent, in silence. */
function decode(body: Buffer): string {
  try {
    return utf8.decode(body);
  } catch (cause) {
    throw new DomainError("INVALID_INPUT", "The body is not valid UTF-8.", { cause });
  }
}

/** Leaves bodies as checked text, which is what tRPC parses by itself. */
export function takeJsonBodiesAsText(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("application/json", { parseAs: "buffer" }, async (_request: unknown, body: Buffer) => {
    const text = decode(body);
    assertReadable(text);
    return text;
  });
}
