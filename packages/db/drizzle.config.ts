import { defineConfig } from "drizzle-kit";

// Only scripts/studio.ts sets it: generating migrations needs no database.
const credentials = process.env["KEEPSAKE_STUDIO_CREDENTIALS"];

export default defineConfig({
  dialect: "postgresql",
  schema: "./src/schema/index.ts",
  out: "./migrations",
  ...(credentials && { dbCredentials: JSON.parse(credentials) }),
});
