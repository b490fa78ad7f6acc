import type { ProcedureMeta } from "@keepsake/contract";
import { restRoutes } from "../../src/rest/twins.ts";

interface Declared {
  readonly _def: { readonly meta?: ProcedureMeta };
}

/** What a procedure asks of its caller's token. */
export function scopeOf(path: string): ProcedureMeta {
  const [slice = "", name = ""] = path.split(".");
  const meta = (restRoutes as unknown as Record<string, Record<string, Declared>>)[slice]?.[name]?._def.meta;
  if (!meta) throw new Error(`${path} declares no scope`);
  return meta;
}

/** Whether it is for admins alone. */
export const isForAdmins = (path: string): boolean => scopeOf(path).scope === "admin";
