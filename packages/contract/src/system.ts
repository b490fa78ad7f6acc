import { z } from "zod";

export const SystemStatusInput = z.strictObject({});

/** What the server is made of right now, and what it has to do without. */
export const SystemStatus = z.object({
  version: z.string(),
  uptimeSeconds: z.int(),
  database: z.object({
    home: z.enum(["embedded", "server"]),
    /** PostgreSQL's version. */
    version: z.string(),
    pgvector: z.string().nullable(),
  }),
  embeddings: z.object({
    state: z.enum(["on", "off", "unavailable"]),
    model: z.string().nullable(),
    dimensions: z.int().nullable(),
    /** What is wrong and what to do; null when all is well. */
    problem: z.string().nullable(),
    /** Memories of all users that wait for their vectors. */
    queued: z.int(),
  }),
});
export type SystemStatus = z.infer<typeof SystemStatus>;
