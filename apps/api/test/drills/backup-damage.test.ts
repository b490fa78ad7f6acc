import { drill } from "../../../../bench/faults/backup-damage.ts";
import { testDrill } from "./_short-form.ts";

testDrill(drill);
