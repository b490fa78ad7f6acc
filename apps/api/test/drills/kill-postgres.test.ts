import { drill } from "../../../../bench/faults/kill-postgres.ts";
import { testDrill } from "./_short-form.ts";

testDrill(drill);
