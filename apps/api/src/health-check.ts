import { readFileSync } from "node:fs";
import { request } from "node:http";
import { pathToFileURL } from "node:url";

// The image's health check, as small as it can be: it runs every few seconds. The image has no curl.

/** Below the health check's own time-out in the Dockerfile, so that the reason is told. */
const TIMEOUT_MS = 2_500;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Asks the server beside it whether it is ready, with the token that the server was given.
 *
 * @param environment the server's own
 * @returns what is wrong, as `/readyz` says it; null when all is well
 */
export async function findFault(environment: Environment): Promise<string | null> {
  const { PORT = "8080" } = environment;
  const token = readToken(environment);
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  try {
    const server = { host: "127.0.0.1", port: Number(PORT) };
    const { status, body } = await get({ ...server, path: "/readyz", headers });
    // Guarded by tokens of the database alone, of which this one has none: whether it is alive is for everybody to ask.
    const isAlive = status === 401 && token === null && (await get({ ...server, path: "/healthz" })).status === 200;
    return status === 200 || isAlive ? null : body;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function readToken({ KEEPSAKE_ADMIN_TOKEN: token, KEEPSAKE_ADMIN_TOKEN_FILE: path }: Environment): string | null {
  return path ? readFileSync(path, "utf8").replace(/[\r\n]+$/, "") : token || null;
}

function get(options: Parameters<typeof request>[1]): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const call = request({ ...options, signal: AbortSignal.timeout(TIMEOUT_MS) }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      response.on("error", reject).on("end", () => resolve({ status: response.statusCode, body }));
    });
    call.on("error", reject).end();
  });
}

const isEntryPoint = process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href;
if (isEntryPoint) {
  const fault = await findFault(process.env);
  // Docker keeps it: `docker inspect` shows the last ones.
  if (fault !== null) console.error(fault);
  process.exitCode = fault === null ? 0 : 1;
}
