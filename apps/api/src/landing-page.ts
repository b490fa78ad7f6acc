import { KEEPSAKE_VERSION } from "@keepsake/contract";

/**
 * The page at `/`: what this is and where to go. No scripts, nothing from elsewhere.
 *
 * @param host the address that the page was asked for at, for the examples
 */
export function landingPage(host: string | undefined): string {
  // It comes from the request, and goes into HTML only if it is nothing but an address.
  return page(/^[\w.:[\]-]{1,255}$/.test(host ?? "") ? String(host) : "localhost:8080");
}

const page = (host: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Keepsake</title>
<style>
  :root { color-scheme: light dark; --accent: #2f6f5e; }
  @media (prefers-color-scheme: dark) { :root { --accent: #7cc9b3; } }
  body { font: 1rem/1.6 system-ui, sans-serif; max-width: 42rem; margin: 4rem auto; padding: 0 1.25rem; }
  h1 { line-height: 1.2; margin-bottom: 0; }
  .version { opacity: .7; margin-top: .25rem; }
  a { color: var(--accent); }
  code, pre { font: .9rem/1.5 ui-monospace, monospace; }
  pre { border: 1px solid color-mix(in srgb, currentColor 20%, transparent); border-radius: .5rem; padding: 1rem; overflow-x: auto; }
  dt { font-weight: 600; margin-top: .75rem; }
  dd { margin: 0; }
</style>
</head>
<body>
<main>
<h1>Keepsake</h1>
<p class="version">The memory of a private assistant. Version ${KEEPSAKE_VERSION}, running.</p>
<p>A gateway talks to this server through the package <code>@keepsake/client</code>, or with plain JSON over HTTP:</p>
<pre>curl -X POST http://${host}/memory/add \\
  -H "Content-Type: application/json" \\
  -d '{"content": "The kitchen light is warm in the evening"}'

curl "http://${host}/memory/search?query=kitchen%20light"</pre>
<dl>
<dt><a href="docs">/docs</a></dt><dd>every call, to read and to try</dd>
<dt><a href="openapi.json">/openapi.json</a></dt><dd>the same for programs: OpenAPI 3.1</dd>
<dt><a href="healthz">/healthz</a></dt><dd>whether the server is up</dd>
<dt><a href="readyz">/readyz</a></dt><dd>each of its parts, with the reason where one is missing</dd>
<dt><a href="system/status">/system/status</a></dt><dd>database, embedding model and what waits for it</dd>
</dl>
<p>Everything else is in the README that came with it.</p>
</main>
</body>
</html>
`;
