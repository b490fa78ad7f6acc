import { describe, expect, test } from "vitest";
import { judgeMount, mountOf, parseMounts } from "./mounts.ts";

const PI = `proc /proc proc rw,nosuid 0 0
/dev/mmcblk0p2 / ext4 rw,noatime 0 0
tmpfs /run tmpfs rw,size=800000k 0 0
/dev/mmcblk0p1 /boot/firmware vfat rw 0 0
/dev/sda1 /mnt/data-ssd ext4 rw,noatime 0 0
nas:/export /mnt/nas nfs4 rw 0 0
/dev/sdb1 /mnt/my\\040disk ntfs3 rw 0 0
tmpfs /mnt/data-ssd/fast tmpfs rw 0 0
`;
const mounts = parseMounts(PI);
const judge = (folder: string) => {
  const mount = mountOf(folder, mounts);
  return mount && judgeMount("disk", folder, mount);
};

describe("where a folder lies", () => {
  test("is the deepest mount above it", () => {
    expect(mountOf("/mnt/data-ssd/keepsake", mounts)?.device).toBe("/dev/sda1");
    expect(mountOf("/mnt/data-ssd-2", mounts)?.device).toBe("/dev/mmcblk0p2");
    expect(mountOf("/mnt/my disk/data", mounts)?.type).toBe("ntfs3");
    expect(mountOf("/data", [])).toBeNull();
  });

  test.each([
    ["/mnt/data-ssd/keepsake", "pass"],
    ["/home/pi/keepsake/data", "warn"],
    ["/run/keepsake", "fail"],
    ["/mnt/data-ssd/fast/data", "fail"],
    ["/mnt/nas/data", "warn"],
    ["/mnt/my disk/data", "fail"],
  ])("%s: %s", (folder, level) => {
    const finding = judge(folder);
    expect(finding?.level).toBe(level);
    expect(finding?.fix === null).toBe(level === "pass");
  });

  test("in a container without a volume is its own layer", () => {
    const [root] = parseMounts("overlay / overlay rw,lowerdir=/var/lib 0 0");
    expect(root && judgeMount("disk", "/data", root)).toMatchObject({ level: "fail", fix: "Mount a volume there." });
  });
});
