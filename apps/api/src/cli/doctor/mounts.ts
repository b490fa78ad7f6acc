import { type Finding, fail, pass, warn } from "./finding.ts";

/** One line of /proc/mounts. */
export interface Mount {
  readonly device: string;
  readonly path: string;
  readonly type: string;
}

const MEMORY = new Set(["tmpfs", "ramfs"]);
const LAYERS = new Set(["overlay", "aufs"]);
const NETWORK = new Set([
  "nfs",
  "nfs4",
  "cifs",
  "smb3",
  "smbfs",
  "9p",
  "ceph",
  "glusterfs",
  "fuse.sshfs",
  "fuse.rclone",
]);
const FOREIGN = new Set(["vfat", "exfat", "ntfs", "ntfs3", "fuseblk"]);

/** @param text of /proc/mounts; a space in a name is written `\040` there */
export function parseMounts(text: string): Mount[] {
  return text.split("\n").flatMap((line) => {
    const [device, path, type] = line.split(" ").map(unescapeOctal);
    return device && path && type ? [{ device, path, type }] : [];
  });
}

const unescapeOctal = (word: string): string =>
  word.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

/** The mount that a folder lies on: the deepest one, and of two in the same place the later. */
export function mountOf(folder: string, mounts: readonly Mount[]): Mount | null {
  const above = mounts.filter(({ path }) => path === "/" || folder === path || folder.startsWith(`${path}/`));
  return above.reduce<Mount | null>((best, next) => (next.path.length >= (best?.path.length ?? 0) ? next : best), null);
}

/** Judges where data lies: what forgets at a restart or a power cut, and what is not to be trusted with a database. */
export function judgeMount(check: string, folder: string, { device, type, path }: Mount): Finding {
  const where = `${folder} is on ${device} (${type}, mounted at ${path})`;
  const move = "move the folder to a local disk with ext4, xfs or btrfs";
  if (MEMORY.has(type)) return fail(check, `${where}, which is memory: all is gone at a restart`, `${move}.`);
  if (LAYERS.has(type)) {
    return fail(check, `${where}, a container's own layer: all is gone with the container`, "Mount a volume there.");
  }
  if (FOREIGN.has(type)) return fail(check, `${where}, which has neither owners nor a journal to rely on`, `${move}.`);
  if (NETWORK.has(type)) return warn(check, `${where}, over the network: what it calls written may not be`, `${move}.`);
  if (/^\/dev\/mmcblk/.test(device)) {
    return warn(check, `${where}, an SD card, which wears out within months`, "Move the folder to an SSD.");
  }
  return pass(check, where);
}
