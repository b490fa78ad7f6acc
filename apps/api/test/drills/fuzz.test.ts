import { drill } from "../../../../bench/faults/fuzz.ts";
import { testDrill } from "./_short-form.ts";

testDrill(drill);
