import { drill } from "../../../../bench/faults/stop-server.ts";
import { testDrill } from "./_short-form.ts";

testDrill(drill);
