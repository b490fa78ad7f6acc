import { drill } from "../../../../bench/faults/kill-server.ts";
import { testDrill } from "./_short-form.ts";

testDrill(drill);
