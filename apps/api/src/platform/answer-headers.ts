import { CONTRACT_HEADER, CONTRACT_VERSION, KEEPSAKE_VERSION, VERSION_HEADER } from "@keepsake/contract";

/**
 * Headers of every answer, errors included: nothing is kept by a browser, put into a frame, taken for another type or
 * read by a page of another origin. There is no `Access-Control-Allow-Origin` anywhere: CORS is closed.
 */
export function answerHeaders(requestId: string): Record<string, string> {
  return {
    "x-request-id": requestId,
    [VERSION_HEADER]: KEEPSAKE_VERSION,
    [CONTRACT_HEADER]: String(CONTRACT_VERSION),
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
  };
}
