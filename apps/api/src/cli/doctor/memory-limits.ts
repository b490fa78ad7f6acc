import { type Finding, pass, skip, warn } from "./finding.ts";
import { readText } from "./machine.ts";

const FIX =
  "Add cgroup_enable=memory cgroup_memory=1 to the line in /boot/firmware/cmdline.txt and restart (docs/raspberry-pi.md).";

/**
 * Whether limits of memory hold: Raspberry Pi OS starts without them, and compose's are ignored then without a word.
 *
 * @param controllers the text of /sys/fs/cgroup/cgroup.controllers
 */
export function judgeMemoryLimits(controllers: string | null): Finding {
  if (controllers === null) return skip("memory limits", "this system has no control groups of the second version");
  if (controllers.split(/\s+/).includes("memory")) return pass("memory limits", "limits of memory hold");
  return warn("memory limits", "limits of memory are ignored: one container can take all of it", FIX);
}

/** Looks at this machine, or at what its container is given. */
export const examineMemoryLimits = (): Finding => judgeMemoryLimits(readText("/sys/fs/cgroup/cgroup.controllers"));
