import { connect, type DatabaseConfig } from "@keepsake/db";

// Opens the database and closes it again; says which steps it takes.
const config = JSON.parse(process.argv[2] ?? "") as DatabaseConfig;
console.log("starting");
await using _handle = await connect(config, { onProgress: (step) => console.log(step) });
console.log("open");
