import { drill } from "../../../../bench/faults/busy-database.ts";
import { testDrill } from "./_short-form.ts";

testDrill(drill);
