export type { AppRouter } from "@keepsake/api/routes";
export { ERROR_REASONS, type ErrorReason, type InputIssue } from "@keepsake/contract/errors";
export { ADD_MANY_ITEMS_MAX, CONTENT_CHARS_MAX, QUERY_CHARS_MAX, SEARCH_HITS_MAX } from "@keepsake/contract/limits";
export { type ClientOptions, createClient, type KeepsakeClient, type TurnMethods } from "./create-client.ts";
export { errorReason, inputIssues, isUnreachable, requestId } from "./error-reason.ts";
export type { DroppedTurn } from "./late-turns/late-turn.ts";
export type { AddedMemory, Memory, MemoryHit, MemoryQuery, NewMemory } from "./memory-types.ts";
export type * from "./turn/turn-types.ts";
