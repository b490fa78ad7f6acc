import { connect, type DatabaseConfig, migrate } from "@keepsake/db";

// Migrates the database, from the migrations that it is given.
const { config, migrationsFolder } = JSON.parse(process.argv[2] ?? "") as {
  config: DatabaseConfig;
  migrationsFolder: string;
};
await using handle = await connect(config);
const { applied } = await migrate(handle, { migrationsFolder, onProgress: (step) => console.log(step) });
console.log(`applied ${applied.length}`);
