const networkTypes: ReadonlySet<string> = new Set([
  ...[
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "ncpfs",
    "afs",
    "ceph",
    "glusterfs",
    "lustre",
    "gpfs",
    "beegfs",
    "ocfs2",
    "gfs2",
  ],
  ...["fuse.sshfs", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.ceph-fuse", "fuse.juicefs", "fuse.davfs2"],
]);

/** The data lies on another machine, or is shared with one. */
export function isNetwork(fsType: string): boolean {
  return networkTypes.has(fsType);
}

/** The data is gone at the next boot. */
export function isVolatile(fsType: string): boolean {
  return fsType === "tmpfs" || fsType === "ramfs";
}
