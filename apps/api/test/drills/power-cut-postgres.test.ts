import { drill } from "../../../../bench/faults/power-cut-postgres.ts";
import { testDrill } from "./_short-form.ts";

testDrill(drill);
