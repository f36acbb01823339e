import { answerProbe } from "../health/probe.ts";
import { realHost } from "../host/host.ts";

// One probe child of `health`; the request is its only argument.
await answerProbe(process.argv[2] ?? "[]", realHost());
