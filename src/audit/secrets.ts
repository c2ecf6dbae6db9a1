/** Names and values that look like secrets: the union of what BuildKit, hadolint and Trivy take for one. */

/** BuildKit: whole words between underscores, unless the name says that it is public, a file or a version. */
const WORDS = /(^|_)(apikey|auth|credentials?|key|password|pword|passwd|secret|token)(_|$)/i
const HARMLESS = /public|file|version/i

/** hadolint DL3064: any part of the name, without exemptions. */
const PARTS = /api_?key|client_?key|password|private|secret|token|username/i

/** Known prefixes of credentials, and a private key. */
const VALUES = /^(AKIA|ASIA)[A-Z0-9]{16}$|^gh[pousr]_\w{20,}|^github_pat_|^glpat-|^npm_\w{20,}|^sk_live_|^xox[abprs]-|-----BEGIN [A-Z ]*PRIVATE KEY|:\/\/[^/\s:@${}]+:[^/\s:@${}]+@/

/** Whether a tool takes the name of a build variable for that of a secret. */
export const secretInBuild = (name: string): boolean => (WORDS.test(name) && !HARMLESS.test(name)) || PARTS.test(name)

/** Whether a run-time setting of this name holds a secret. A name that ends in _FILE points to one. */
export const secretSetting = (name: string): boolean => WORDS.test(name) && !HARMLESS.test(name)

/** Whether a value is a credential by its form. */
export const secretValue = (value: string): boolean => VALUES.test(value)
