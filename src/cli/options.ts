import { BASES } from '../detect/language.ts'

/** One option: the flag, its environment variable, its line of help, its completion and its place in the answers follow from it. */
export interface Option {
  name: string
  short?: string
  /** list: given several times or with commas */
  type: 'string' | 'boolean' | 'integer' | 'list'
  /** the value may be left out */
  optional?: boolean
  /** what stands for the value in help */
  value?: string
  choices?: readonly string[]
  group: 'Answers' | 'Policy' | 'Files' | 'Look without writing' | 'Existing files' | 'General'
  describe: string
  /** the only command that takes it */
  command?: string
  /** key of the answers that it sets; options without one steer the run */
  answer?: string
}

/** Every option of the main command, in the order of help. */
export const OPTIONS: readonly Option[] = [
  { name: 'yes', short: 'y', type: 'boolean', group: 'General', describe: 'take what was detected and the defaults, ask nothing; never overwrites' },
  { name: 'language', type: 'string', value: 'ID', group: 'Answers', describe: 'language of the project', answer: 'language' },
  { name: 'framework', type: 'string', value: 'ID', group: 'Answers', describe: 'framework', answer: 'framework' },
  { name: 'language-version', type: 'string', value: 'LINE', group: 'Answers', describe: 'release line, like 24 or 3.14', answer: 'languageVersion' },
  { name: 'package-manager', type: 'string', value: 'ID', group: 'Answers', describe: 'package manager', answer: 'packageManager' },
  { name: 'base', type: 'string', value: 'BASE', choices: BASES, group: 'Answers', describe: 'base image', answer: 'base' },
  { name: 'port', type: 'integer', value: 'PORT', group: 'Answers', describe: 'port that the program listens on', answer: 'port' },
  { name: 'name', type: 'string', value: 'NAME', group: 'Answers', describe: 'name of the objects', answer: 'name' },
  { name: 'image', type: 'string', value: 'REFERENCE', group: 'Answers', describe: 'image of the application, like ghcr.io/acme/demo:1.2.3', answer: 'image' },
  { name: 'start', type: 'string', value: 'COMMAND', group: 'Answers', describe: 'program and arguments, no shell', answer: 'start' },
  { name: 'health-path', type: 'string', value: 'PATH', group: 'Answers', describe: 'path that answers while the process is alive', answer: 'healthPath' },
  { name: 'ready-path', type: 'string', value: 'PATH', group: 'Answers', describe: 'path that answers when it can take requests', answer: 'readyPath' },
  { name: 'app', type: 'string', value: 'PATH', group: 'Answers', describe: "which app of a workspace or monorepo; with update a pattern too, like 'services/*'", answer: 'app' },
  { name: 'namespace', type: 'string', value: 'NAME', group: 'Answers', describe: 'Kubernetes namespace; its name by default', answer: 'namespace' },
  { name: 'services', type: 'list', value: 'IDS', group: 'Answers', describe: 'services that it needs, like postgres,redis; none for none', answer: 'services' },
  { name: 'kubernetes-version', type: 'string', value: 'MINOR', group: 'Answers', describe: 'oldest cluster to run on, like 1.35', answer: 'kubernetesVersion' },
  { name: 'cpu-limit', type: 'string', value: 'QUANTITY', group: 'Answers', describe: 'CPU limit, none to leave it out', answer: 'cpuLimit' },
  { name: 'preset', type: 'list', value: 'ID|PACK', group: 'Policy', describe: 'named set of defaults and controls, or a pack: ./folder, npm:, git+https:, https:, oci:', answer: 'preset' },
  { name: 'control', type: 'list', value: 'ID=off:REASON', group: 'Policy', describe: 'switch one control off, with a reason', answer: 'control' },
  { name: 'set', type: 'list', value: 'KEY=VALUE', group: 'Policy', describe: 'any other setting: network.egress, network.host, network.ingressNamespace', answer: 'set' },
  { name: 'with', type: 'list', value: 'ID', group: 'Files', describe: 'write this artifact too: ingress, gateway, ci', answer: 'with' },
  { name: 'without', type: 'list', value: 'ID', group: 'Files', describe: 'leave an artifact or a group out: compose, kubernetes, hpa', answer: 'without' },
  { name: 'trust-pack', type: 'list', value: 'HASH', group: 'Policy', describe: 'use a pack of this hash without a question' },
  { name: 'pack-key', type: 'list', value: 'FILE', group: 'Policy', describe: 'public key that packs must be signed by' },
  { name: 'policy', type: 'string', value: 'FILE', group: 'Policy', describe: 'a managed policy beside that of the machine' },
  { name: 'offline', type: 'boolean', group: 'Policy', describe: 'packs from this repository and the cache only' },
  { name: 'answers', type: 'string', value: 'FILE|-', group: 'General', describe: 'take the answers from a file, - for standard input' },
  { name: 'dry-run', type: 'boolean', group: 'Look without writing', describe: 'say what would be written' },
  { name: 'diff', type: 'boolean', group: 'Look without writing', describe: 'show the difference to what is there' },
  { name: 'print', type: 'string', optional: true, value: 'FILE', group: 'Look without writing', describe: 'print one file; all of them without a name' },
  { name: 'plan', type: 'boolean', group: 'Look without writing', describe: 'print the plan and the evidence, as JSON' },
  { name: 'json', type: 'boolean', group: 'Look without writing', describe: 'all of it as one JSON document, also on failure' },
  { name: 'force', type: 'boolean', group: 'Existing files', describe: 'replace files that somebody else wrote or edited' },
  { name: 'skip-existing', type: 'boolean', group: 'Existing files', describe: 'leave them as they are' },
  { name: 'backup', type: 'boolean', group: 'Existing files', describe: 'keep a numbered copy, then replace them' },
  { name: 'merge', type: 'boolean', group: 'Existing files', describe: 'merge them with the new text; what clashes is marked in the file' },
  { name: 'rebase-lock', command: 'update', type: 'boolean', group: 'Existing files', describe: 'with update: make hardened.lock anew; what differs from what would be written counts as edited' },
  { name: 'check', command: 'update', type: 'boolean', group: 'Look without writing', describe: 'with update: exit 4 when a file would change, 5 when an edit or an ended exception breaks the policy' },
  { name: 'strict', command: 'update', type: 'boolean', group: 'Look without writing', describe: 'with update --check: edits are drift too' },
  { name: 'update', command: 'pack', type: 'boolean', group: 'Existing files', describe: 'with pack test: write the expected files anew' },
  { name: 'color', type: 'boolean', group: 'General', describe: 'colours; --no-color for none' },
  { name: 'help', short: 'h', type: 'boolean', group: 'General', describe: 'this text' },
  { name: 'version', type: 'boolean', group: 'General', describe: 'the version' },
]

/** The variable of the environment that stands for a flag: --health-path is CHC_HEALTH_PATH. */
export const variableOf = (option: Option): string => `CHC_${option.name.toUpperCase().replaceAll('-', '_')}`

/** The commands beside the main one. */
export const COMMANDS: readonly { name: string; words: string; describe: string }[] = [
  { name: 'update', words: '[DIR]', describe: 'write the files anew and keep every edit; --check says in CI whether that is due' },
  { name: 'adopt', words: '[DIR]', describe: 'take over a Dockerfile and manifests of your own: read the answers from them, then merge' },
  { name: 'pack', words: 'WHAT [DIR]', describe: 'packs of a team: init, check, test, docs, doctor, update, publish' },
  { name: 'list', words: '[WHAT]', describe: 'languages, frameworks, bases, services, artifacts, presets, controls, settings' },
  { name: 'explain', words: '[ID]', describe: 'what a control, artifact or setting is, why, and who set it here' },
  { name: 'completion', words: 'SHELL', describe: 'the completion script of bash, zsh or fish' },
  { name: 'help', words: '', describe: 'this text' },
]
