/** hardened.lock: the tool's own state. JSON, one file, so that no linter takes the copies in it for manifests. */
export interface Lock {
  lockVersion: 1
  tool: string
  /** SHA-256 of hardened.yaml as it was written, and the answers in it: a re-run needs no YAML reader */
  answersHash: string
  answers: unknown
  /** the last render of each file, by path */
  files: Record<string, string>
}

export const LOCK_FILE = 'hardened.lock'
export const ANSWERS_FILE = 'hardened.yaml'
