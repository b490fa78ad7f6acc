import { drill } from "../../../../bench/faults/power-cut-embedded.ts";
import { testDrill } from "./_short-form.ts";

testDrill(drill);
