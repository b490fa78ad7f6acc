import { createReadStream } from "node:fs";
import { createRequire } from "node:module";
import type { FastifyInstance, FastifyReply } from "fastify";
import { docsPage, docsScript, docsStyle } from "./docs-page.ts";

/**
 * What the page may do: run our scripts, draw with styles that scripts set, and call the server it came from. Nothing
 * from elsewhere, no `eval`, no script inside the page, and no other page around it.
 */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Files of the sources or of the build, whichever is running; package.json's `imports` knows. */
const { resolve } = createRequire(import.meta.url);

/** It tells how to call the server and holds nobody's data. */
const open = { config: { isOpen: true } };

/** `/openapi.json`, which describes every call, and `/docs`, a page to read it and to try calls. */
export function addDocsEndpoints(server: FastifyInstance): void {
  server.get("/openapi.json", open, (_request, reply) => sendFile(reply, "#openapi.json", "application/json"));
  addPage(server);
  server.get("/docs/swagger-ui-bundle.js", open, (_request, reply) =>
    sendFile(reply, "#swagger-ui/swagger-ui-bundle.js", "text/javascript"),
  );
  server.get("/docs/swagger-ui.css", open, (_request, reply) =>
    sendFile(reply, "#swagger-ui/swagger-ui.css", "text/css"),
  );
}

/** Its links are relative, so that it also works behind a proxy's prefix. */
function addPage(server: FastifyInstance): void {
  server.get("/docs/", open, (_request, reply) => reply.redirect("../docs"));
  server.get("/docs", open, (_request, reply) =>
    reply.header("content-security-policy", PAGE_POLICY).type("text/html; charset=utf-8").send(docsPage()),
  );
  server.get("/docs/start.js", open, (_request, reply) =>
    reply.type("text/javascript; charset=utf-8").send(docsScript()),
  );
  server.get("/docs/style.css", open, (_request, reply) => reply.type("text/css; charset=utf-8").send(docsStyle()));
}

function sendFile(reply: FastifyReply, name: string, type: string): FastifyReply {
  return reply.type(`${type}; charset=utf-8`).send(createReadStream(resolve(name)));
}
