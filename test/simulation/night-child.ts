import { doNight, type NightSpec } from "./night.ts";

/** A night in a process of its own, since it will be killed in the middle. */
process.on("message", (spec: NightSpec) => {
  void doNight(spec).then((result) => {
    process.send?.(result);
    process.disconnect?.();
  });
});
