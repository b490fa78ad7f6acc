export * from "./conversation.ts";
export * from "./errors.ts";
export * from "./fields.ts";
export * from "./json.ts";
export * from "./limits.ts";
export * from "./memory.ts";
export * from "./system.ts";
export * from "./version.ts";
