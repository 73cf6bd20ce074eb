/** Something stands in the way of a backup or of its return, and nothing was changed by it. */
export class BackupRefused extends Error {
  override readonly name = 'BackupRefused';
}
