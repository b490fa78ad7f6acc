import { type IncomingMessage, Server, type ServerResponse } from "node:http";
import { Server as SecureServer } from "node:https";

// Loaded into drizzle-kit before it starts. Its studio answers every web page that asks, with the database's rights;
// this lets only the studio's own page in. What sends no Origin is no web page.

const STUDIO_ORIGIN = "https://local.drizzle.studio";

for (const prototype of [Server.prototype, SecureServer.prototype]) {
  const emit = prototype.emit;
  prototype.emit = function (this: Server, event: string, ...args: unknown[]): boolean {
    if (event === "request") {
      const [request, response] = args as [IncomingMessage, ServerResponse];
      const { origin } = request.headers;
      if (origin !== undefined && origin !== STUDIO_ORIGIN) {
        response.writeHead(403, { "content-type": "text/plain" }).end("Only the studio's own page may ask.\n");
        return true;
      }
    }
    return Reflect.apply(emit, this, [event, ...args]);
  };
}
