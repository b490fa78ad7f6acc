import {
  ApiToken,
  AuditPage,
  BackupInput,
  BackupList,
  BegunBackup,
  CreatedToken,
  CreateTokenInput,
  ErasedUser,
  EraseUserInput,
  JobList,
  ListAuditInput,
  ListBackupsInput,
  ListJobsInput,
  ListSpacesInput,
  ListTokensInput,
  ListUsersInput,
  RevokeTokenInput,
  RotateTokenInput,
  SpaceList,
  SystemStatus,
  SystemStatusInput,
  TokenPage,
  UserPage,
} from "@keepsake/contract";
import type { TRPCRouterRecord } from "@trpc/server";
import { procedure } from "../platform/trpc.ts";
import { beginBackup } from "./begin-backup.ts";
import { createToken } from "./create-token.ts";
import { revokeToken, rotateToken } from "./end-token.ts";
import { eraseUser } from "./erase-user.ts";
import { listAuditPage } from "./list-audit.ts";
import { listSpaces } from "./list-spaces.ts";
import { listTokenPage } from "./list-tokens.ts";
import { listUserPage } from "./list-users.ts";
import { systemStatus } from "./status.ts";

export const systemRoutes = {
  /** What the server is made of right now, and what it has to do without. */
  status: procedure
    .meta({ scope: "read" })
    .input(SystemStatusInput.prefault({}))
    .output(SystemStatus)
    .query(({ ctx }) => systemStatus(ctx.services)),

  /** A page of users in the order of their ids, with how much there is of each. For admins. */
  users: procedure
    .meta({ scope: "admin" })
    .input(ListUsersInput.prefault({}))
    .output(UserPage)
    .query(({ ctx, input }) => listUserPage(ctx.services, input)),

  /**
   * Erases everything of the call's user, for good: rows of every table, vectors, cached answers, training examples, the
   * user's part of the audit trail, work that waits, and its tokens. `confirm` is the user's id again. Answers at the end;
   * nothing is written for the user meanwhile (`USER_BEING_ERASED`). Sent again, it goes on. For admins.
   */
  eraseUser: procedure
    .meta({ scope: "admin", alsoScope: "forget" })
    .input(EraseUserInput)
    .output(ErasedUser)
    .mutation(({ ctx, input }) => eraseUser(ctx.actor, ctx.services, input)),

  /** A page of tokens, newest first, revoked and expired ones among them; never a secret. For admins. */
  tokens: procedure
    .meta({ scope: "admin" })
    .input(ListTokensInput.prefault({}))
    .output(TokenPage)
    .query(({ ctx, input }) => listTokenPage(ctx.services.db, input)),

  /**
   * Makes a token, and tells it this once. One of the role `user` speaks for the user of the call. With the first one,
   * every server begins to ask for tokens. Fails with `FORBIDDEN` for a scope that the caller's own token lacks. For
   * admins.
   */
  createToken: procedure
    .meta({ scope: "admin" })
    .input(CreateTokenInput)
    .output(CreatedToken)
    .mutation(({ ctx, input }) => createToken(ctx.actor, ctx.services, input, ctx.caller.scopes)),

  /**
   * Revokes a token: within a second no server takes it any more. A revoked one is answered as it is. Fails with
   * `TOKEN_NOT_FOUND`. For admins.
   */
  revokeToken: procedure
    .meta({ scope: "admin" })
    .input(RevokeTokenInput)
    .output(ApiToken)
    .mutation(({ ctx, input }) => revokeToken(ctx.actor, ctx.services, input)),

  /**
   * Puts a new token into the place of a valid one, with the same rights, and tells it this once; the old one ends now or
   * after `overlapSeconds`. Fails with `TOKEN_NOT_FOUND`. For admins.
   */
  rotateToken: procedure
    .meta({ scope: "admin" })
    .input(RotateTokenInput)
    .output(CreatedToken)
    .mutation(({ ctx, input }) => rotateToken(ctx.actor, ctx.services, input, ctx.caller.scopes)),

  /**
   * A page of the audit trail, newest first: who changed what, with which token, when. Of the call's user, or of the
   * server. Nothing can change or take out an entry; they go after their time, and with their user. For admins.
   */
  audit: procedure
    .meta({ scope: "admin" })
    .input(ListAuditInput.prefault({}))
    .output(AuditPage)
    .query(({ ctx, input }) => listAuditPage(ctx.actor, ctx.services.db, input)),

  /** The embedding spaces that this database has had, newest first. For admins. */
  spaces: procedure
    .meta({ scope: "admin" })
    .input(ListSpacesInput.prefault({}))
    .output(SpaceList)
    .query(({ ctx }) => listSpaces(ctx.services.db)),

  /** The queues of background work, with what waits in them. For admins. */
  jobs: procedure
    .meta({ scope: "admin" })
    .input(ListJobsInput.prefault({}))
    .output(JobList)
    .query(async ({ ctx }) => ({ items: await ctx.services.jobs.listQueues() })),

  /** The good backups, newest first: each was restored into a scratch database and compared. For admins. */
  backups: procedure
    .meta({ scope: "admin" })
    .input(ListBackupsInput.prefault({}))
    .output(BackupList)
    .query(async ({ ctx }) => ({ items: await ctx.services.backups.list() })),

  /**
   * Begins a backup of the whole database and does not wait for its end: `system.status` tells how it ended. While one is
   * being made, nothing is begun. For admins.
   */
  backup: procedure
    .meta({ scope: "admin" })
    .input(BackupInput.prefault({}))
    .output(BegunBackup)
    .mutation(({ ctx }) => beginBackup(ctx.actor, ctx.services)),
} satisfies TRPCRouterRecord;
