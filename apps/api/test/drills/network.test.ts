import { drill } from "../../../../bench/faults/network.ts";
import { testDrill } from "./_short-form.ts";

testDrill(drill);
