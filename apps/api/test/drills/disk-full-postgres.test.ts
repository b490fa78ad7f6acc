import { drill } from "../../../../bench/faults/disk-full-postgres.ts";
import { testDrill } from "./_short-form.ts";

testDrill(drill);
