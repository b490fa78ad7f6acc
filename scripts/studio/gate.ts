import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { z } from "zod";
import type { ReadOnlyQueries } from "./read-only-queries.ts";

/** The page that drizzle-kit's studio is looked at with. */
export const STUDIO_ORIGIN = "https://local.drizzle.studio";

const BODY_BYTES_MAX = 1024 * 1024;

const Query = z.object({
  sql: z.string(),
  params: z.array(z.unknown()).optional(),
  mode: z.string().optional(),
});

/** What drizzle-kit 0.31's page asks. The first two are answered by drizzle-kit, which knows the tables. */
const Question = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("init") }),
  z.looseObject({ type: z.literal("defaults") }),
  z.object({ type: z.literal("proxy"), data: Query }),
  z.object({ type: z.literal("tproxy"), data: z.array(Query) }),
]);
type Question = z.infer<typeof Question>;

/** What stands behind the gate. */
export interface GateParts {
  /** The only name that the gate may be called by, with its port. */
  readonly host: string;
  readonly queries: ReadOnlyQueries;
  /** Asks drizzle-kit, which has no database, and gives its answer's text. */
  askDrizzleKit(question: unknown): Promise<string>;
}

/** A request that is turned away, with the status that says why. */
class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Listens on loopback for studio's own page and for nobody else. */
export async function openGate(port: number, parts: GateParts): Promise<AsyncDisposable> {
  const server = createServer((request, response) => {
    answer(request, response, parts).catch((error: unknown) => refuse(response, error));
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, parts: GateParts): Promise<void> {
  assertOwnPage(request, parts.host);
  response.setHeader("access-control-allow-origin", STUDIO_ORIGIN);
  response.setHeader("vary", "Origin");
  if (request.method === "OPTIONS") return answerPreflight(request, response);
  if (request.method !== "POST" || request.url !== "/") throw new Refusal(404, "There is nothing here.");
  if (!/^application\/json\b/.test(request.headers["content-type"] ?? "")) {
    throw new Refusal(415, "Only JSON is taken.");
  }
  const text = await answerQuestion(await readQuestion(request), parts);
  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" }).end(text);
}

/**
 * The name holds a secret, so that it is a password; and a page of a name that was bound anew to this machine sends that
 * name. The origin is the browser's word for whose page asks.
 */
function assertOwnPage({ headers }: IncomingMessage, host: string): void {
  if (headers.host !== host) throw new Refusal(403, "This name is not the studio's.");
  if (headers.origin !== STUDIO_ORIGIN) throw new Refusal(403, "Only the studio's own page may ask.");
}

/** The browser asks whether a page of the Internet may call this machine. */
function answerPreflight({ headers }: IncomingMessage, response: ServerResponse): void {
  response.setHeader("access-control-allow-methods", "POST");
  response.setHeader("access-control-allow-headers", "content-type");
  if (headers["access-control-request-private-network"] === "true") {
    response.setHeader("access-control-allow-private-network", "true");
  }
  response.writeHead(204).end();
}

async function readQuestion(request: IncomingMessage): Promise<Question> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) throw new Refusal(413, "That is too much.");
    chunks.push(chunk);
  }
  try {
    return Question.parse(JSON.parse(Buffer.concat(chunks).toString("utf8")));
  } catch {
    throw new Refusal(400, "That is no question of the studio's.");
  }
}

/** Failures of a statement are told as drizzle-kit tells them, with status 200: its page looks for them there. */
async function answerQuestion(question: Question, { queries, askDrizzleKit }: GateParts): Promise<string> {
  if (question.type === "init" || question.type === "defaults") return await askDrizzleKit(question);
  if (question.type === "tproxy") return toJson(await runInOrder(queries, question.data));
  try {
    return toJson(await queries.run(question.data));
  } catch (error) {
    return toJson({ status: "error", error: messageOf(error) });
  }
}

/** Until the first one fails; each for itself, since none changes what the next one sees. */
async function runInOrder(queries: ReadOnlyQueries, list: readonly z.infer<typeof Query>[]): Promise<unknown[]> {
  const results: unknown[] = [];
  try {
    for (const query of list) results.push(await queries.run(query));
  } catch (error) {
    results.push({ error: messageOf(error) });
  }
  return results;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** As drizzle-kit writes rows: large numbers as text, bytes in base64. */
function toJson(answer: unknown): string {
  return JSON.stringify(answer, (_key, value: unknown) => {
    if (typeof value === "bigint") return value.toString();
    const isBytes = typeof value === "object" && value !== null && "type" in value && value.type === "Buffer";
    return isBytes && "data" in value ? Buffer.from(value.data as number[]).toString("base64") : value;
  });
}

function refuse(response: ServerResponse, error: unknown): void {
  const [status, message] = error instanceof Refusal ? [error.status, error.message] : [500, "That failed."];
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, { "content-type": "text/plain", connection: "close" }).end(`${message}\n`);
}
