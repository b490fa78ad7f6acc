export type { AppRouter } from "@keepsake/api/routes";
export { ERROR_REASONS, type ErrorReason, type InputIssue } from "@keepsake/contract/errors";
export { type ClientOptions, createClient, type KeepsakeClient } from "./create-client.ts";
export { errorReason, inputIssues, requestId } from "./error-reason.ts";
