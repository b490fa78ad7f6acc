import { z } from "zod";
import { BackupStatus } from "./backups.ts";
import { pageFields } from "./fields.ts";
import { UserId } from "./tokens.ts";

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
    /**
     * Why a data page that the disk damages would be read as it is, and what to do; null when a PostgreSQL server keeps
     * checksums, and on the embedded home, where nobody can turn them on. As it was at the start.
     */
    checksumProblem: z.string().nullable(),
    /**
     * That a call since the start met data whose page or index is damaged, and what to do; null while none has. Nothing
     * looks at all pages, so that null is no proof.
     */
    damageProblem: z.string().nullable(),
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
  backups: BackupStatus,
});
export type SystemStatus = z.infer<typeof SystemStatus>;

export const ListUsersInput = z.strictObject({ ...pageFields });
export type ListUsersInput = z.infer<typeof ListUsersInput>;

/** A user, and how much there is of it. */
export const KnownUser = z.object({
  userId: z.string(),
  createdAt: z.date(),
  /** Not counting forgotten ones. */
  memories: z.int(),
  messages: z.int(),
  sessions: z.int(),
  /** When something of it was last written; null where that is no longer known. */
  lastActiveAt: z.date().nullable(),
  /** Set while everything of the user is being erased. */
  erasingSince: z.date().nullable(),
});
export type KnownUser = z.infer<typeof KnownUser>;

/** In the order of their ids; `nextCursor` is null on the last page. */
export const UserPage = z.object({ items: z.array(KnownUser), nextCursor: z.string().nullable() });
export type UserPage = z.infer<typeof UserPage>;

export const EraseUserInput = z.strictObject({
  /** The user's id again, as the `x-keepsake-user` header names it. */
  confirm: UserId,
});
export type EraseUserInput = z.infer<typeof EraseUserInput>;

/** What is gone. */
export const ErasedUser = z.object({
  /** Rows that this call erased, of all tables; 0 for a user that never was. */
  rows: z.int(),
});
export type ErasedUser = z.infer<typeof ErasedUser>;

export const ListSpacesInput = z.strictObject({});

/** The embedding spaces that this database has had, newest first. */
export const SpaceList = z.object({
  items: z.array(
    z.object({
      id: z.int(),
      model: z.string(),
      dimensions: z.int(),
      /** How texts are prefixed and vectors are cut, with its version. */
      recipe: z.string(),
      state: z.enum(["building", "active", "retired"]),
      createdAt: z.date(),
      activatedAt: z.date().nullable(),
    }),
  ),
});
export type SpaceList = z.infer<typeof SpaceList>;

export const ListJobsInput = z.strictObject({});

/** The queues of background work. Their numbers are up to half a minute old. */
export const JobList = z.object({
  items: z.array(
    z.object({
      queue: z.string(),
      /** Jobs that wait to be taken. */
      waiting: z.int(),
      /** Jobs that a server is at work on. */
      active: z.int(),
    }),
  ),
});
export type JobList = z.infer<typeof JobList>;
