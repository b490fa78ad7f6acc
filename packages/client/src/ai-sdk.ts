export type { KeepsakeCallOptions } from "./ai-sdk/call-options.ts";
export { type KeepsakeMiddlewareOptions, keepsakeMiddleware } from "./ai-sdk/keepsake-middleware.ts";
