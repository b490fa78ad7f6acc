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
    /**
     * Why what is acknowledged may be lost when the power is cut, and what to do; null when PostgreSQL syncs before it
     * acknowledges, as it does on both homes unless somebody turns that off.
     */
    durabilityProblem: z.string().nullable(),
    /** How often the embedded PostgreSQL broke or hung and was opened again since the start; 0 on a server. */
    reopenings: z.int(),
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
