import { drill } from "../../../../bench/faults/hostile-bodies.ts";
import { testDrill } from "./_short-form.ts";

testDrill(drill);
