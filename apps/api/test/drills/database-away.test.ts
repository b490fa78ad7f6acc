import { drill } from "../../../../bench/faults/database-away.ts";
import { testDrill } from "./_short-form.ts";

testDrill(drill);
