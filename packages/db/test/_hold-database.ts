import { connect, type DatabaseConfig } from "@keepsake/db";

// Opens the database, says so, and keeps it until it is killed.
const config = JSON.parse(process.argv[2] ?? "") as DatabaseConfig;
const handle = await connect(config);
console.log("open");
setInterval(() => handle.ping(5000), 1000);
