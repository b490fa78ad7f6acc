import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBrowser, openBrowser } from "./_browser.ts";
import { startTestServer, type TestServer } from "./_keepsake-server.ts";

// A real browser reads /docs and tries calls with it.

const TOKEN = "a-secret-of-more-than-24-characters";
const executablePath = findBrowser();
if (!executablePath) console.warn("/docs is not tried in a browser: there is no Chromium (apt-get install chromium).");

let open: TestServer;
let guarded: TestServer;
let browser: Browser | null = null;
beforeAll(async () => {
  [open, guarded] = await Promise.all([startTestServer(), startTestServer({ server: { adminToken: TOKEN } })]);
  if (executablePath) browser = await openBrowser(executablePath);
});
afterAll(async () => {
  await browser?.close();
  await open[Symbol.asyncDispose]();
  await guarded[Symbol.asyncDispose]();
});

/** A page, and everything that it should not have done, as it goes on. */
async function openDocs(server: TestServer, colorScheme: "light" | "dark" = "light"): Promise<[Page, string[]]> {
  const page = await (browser as Browser).newPage({ colorScheme });
  const faults: string[] = [];
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("requestfailed", (request) => faults.push(`failed: ${request.url()}`));
  page.on("request", (request) => isForeign(request.url(), server) && faults.push(`foreign: ${request.url()}`));
  await page.goto(`${server.url}/docs`);
  await page.locator(".opblock").first().waitFor();
  return [page, faults];
}

const isForeign = (url: string, server: TestServer) => !url.startsWith("data:") && new URL(url).origin !== server.url;

type Fill = (operation: Locator) => Promise<void>;

/** Sends an operation of the page as it is filled in, and reads what the page shows: the status, then the body. */
async function execute(page: Page, operationId: string, fill: Fill = async () => undefined): Promise<string[]> {
  const operation = page.locator(`[id$="-${operationId}"]`);
  await operation.locator(".opblock-summary-control").click();
  await fill(operation);
  await operation.locator("button.execute").click();
  const answer = operation.locator(".live-responses-table tbody tr.response").first();
  await answer.waitFor();
  return await answer.locator("td").allTextContents();
}

describe.skipIf(!executablePath)("/docs in a browser", () => {
  test("tries a call and shows its answer, for the user that is named", async () => {
    await open.clientOf("ola").memory.add.mutate({ content: "Ola likes the lighting preferences dim" });
    const [page, faults] = await openDocs(open);
    const [status, body] = await execute(page, "memorySearch", async (operation) => {
      await operation.locator('tr[data-param-name="x-keepsake-user"] input').fill("ola");
    });
    expect(status).toContain("200");
    expect(body).toContain("Ola likes the lighting preferences dim");
    expect(faults).toEqual([]);
  });

  test("writes with the example that it shows", async () => {
    const [page, faults] = await openDocs(open, "dark");
    const [status, body] = await execute(page, "memoryAdd");
    expect(status).toContain("200");
    expect(body).toContain("The user prefers lights at 50% brightness in the evening");
    expect((await open.client.memory.stats.query()).memories).toBe(1);
    expect(faults).toEqual([]);
  });

  test("opens without a token, and calls with the one that is typed in", async () => {
    const [page] = await openDocs(guarded);
    const [refused] = await execute(page, "memoryStats");
    expect(refused).toContain("401");
    await page.locator("button.authorize").first().click();
    await page.locator(".auth-container input").fill(TOKEN);
    await page.locator(".auth-btn-wrapper button.authorize").click();
    await page.locator(".auth-btn-wrapper button.btn-done").click();
    await page.locator('[id$="-memoryStats"] button.execute').click();
    await page.getByText('"memories": 0').first().waitFor();
  });
});

describe("the page", () => {
  test("is open, as its document is, and lets no other origin in", async () => {
    for (const path of ["/docs", "/docs/start.js", "/docs/style.css", "/docs/swagger-ui-bundle.js", "/openapi.json"]) {
      const answer = await fetch(`${guarded.url}${path}`);
      expect([path, answer.status]).toEqual([path, 200]);
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
      await answer.text();
    }
    const page = await fetch(`${guarded.url}/docs/`);
    expect(page.url).toBe(`${guarded.url}/docs`);
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/unsafe-eval|https?:|\*/);
    expect(await page.text()).not.toMatch(/https?:|<script>|onload=/);
    expect((await fetch(`${open.url}/docs`, { headers: { origin: "http://evil.example" } })).status).toBe(403);
  });

  test("has a policy of its own; every other answer keeps the strict one", async () => {
    for (const path of ["/", "/healthz", "/memory/stats", "/openapi.json", "/nowhere"]) {
      const policy = (await fetch(`${open.url}${path}`)).headers.get("content-security-policy");
      expect(policy).toBe("default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
    }
  });
});
