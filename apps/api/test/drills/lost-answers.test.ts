import { drill } from "../../../../bench/faults/lost-answers.ts";
import { testDrill } from "./_short-form.ts";

testDrill(drill);
