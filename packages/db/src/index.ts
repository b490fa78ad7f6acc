export { connect } from "./connect.ts";
export type {
  ConnectOptions,
  Database,
  DatabaseConfig,
  DatabaseHandle,
  DatabaseSession,
  EmbeddedConfig,
  Queryable,
  ServerConfig,
  Transaction,
} from "./database.ts";
export {
  DatabaseBusyError,
  DatabaseDownError,
  DatabaseStartError,
  DeadlineError,
  EmbeddedDatabaseLostError,
  isConnectionFailure,
  MigrationError,
} from "./database-error.ts";
export { withDeadline } from "./deadline.ts";
export { hasCluster, type ReplacedCluster, replaceCluster } from "./embedded/replace-cluster.ts";
export { sideSocketPath } from "./embedded/socket-folder.ts";
export { SIDE_READER } from "./embedded/sockets/side-lane.ts";
export { type FlushResults, flush, type Statement, type Wanted, write } from "./flush.ts";
export { lookIn, openBeside, readMigrationPlan } from "./look-in.ts";
export { makeFolder } from "./make-folder.ts";
export { type MigrateOptions, type MigrateResult, migrate } from "./migrate.ts";
export { type OpenDatabase, openForChanges } from "./open-for-changes.ts";
export { openServerClient, toDatabase } from "./postgres-client.ts";
