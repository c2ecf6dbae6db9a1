import type { Warning } from '../facts.ts'
import { lineOf, type Project } from '../project.ts'
import type { Sources } from '../sources.ts'
import type { Crate } from './crates.ts'

/** What cargo gives the programs that it runs, https://doc.rust-lang.org/cargo/reference/config.html#env */
export const CARGO_SETTINGS = ['.cargo/config.toml', '.cargo/config']

/** What .cargo/config.toml, or the file that it was called before, says. */
function cargoSettings(project: Project): { file: string; text: string } | undefined {
  const file = CARGO_SETTINGS.find((f) => project.read(f) !== undefined)
  return file === undefined ? undefined : { file, text: project.read(file)! }
}

/** A key of its section "build". */
const SETTING = (key: string): RegExp => new RegExp(`^\\[build\\](?:\\n(?!\\[)[^\\n]*)*?\\n[ \\t]*${key}[ \\t]*=`, 'm')

/** Where cargo puts what it builds, where its settings say another folder than the one that the template looks in. */
export const ownFolder = (project: Project): string[] => (SETTING('target-dir').test(cargoSettings(project)?.text ?? '') ? ['CARGO_TARGET_DIR=/app/target'] : [])

/** The command that lets cargo build for the platform of the image, where a developer's settings name another one. */
export function ownPlatform(project: Project, warnings: Warning[]): string[] {
  const settings = cargoSettings(project)
  if (!settings || !SETTING('target').test(settings.text)) return []
  warnings.push({ message: 'the target that stands here is passed over: the program is built for the platform of its image', file: settings.file, line: lineOf(settings.text, /^[ \t]*target[ \t]*=/m), hint: 'for a static program: --base scratch' })
  return [`sed -i '/^\\[build\\]/,/^\\[/{/^[[:space:]]*target[[:space:]]*=/d}' ${settings.file}`]
}

/** Variables that the compiler puts into the program: the build of an image has none of a developer's. */
export function warnOfBuiltIn(project: Project, crates: readonly Crate[], sources: Sources, warnings: Warning[]): void {
  const given = [...CARGO_SETTINGS, 'build.rs', ...crates.flatMap((c) => c.targets.filter((t) => t.endsWith('build.rs')))].map((file) => project.read(file) ?? '').join('\n')
  const found = sources.matches(/\b(?:env|dotenv)!\(\s*"((?!CARGO_|OUT_DIR|TARGET)[A-Z]\w+)"/).filter((m) => !given.includes(m.groups[0]!))
  const names = [...new Set(found.map((m) => m.groups[0]!))]
  if (names.length > 0) warnings.push({ message: `${names.join(', ')} ${names.length > 1 ? 'are' : 'is'} built into the program, and the build of an image ends without ${names.length > 1 ? 'them' : 'it'}`, file: found[0]!.evidence.file, line: found[0]!.evidence.line, hint: 'read it when the program starts (std::env::var), or give it in .cargo/config.toml, below [env]' })
}

/** The variable that tells where a program runs, where it ends without one: its own word for production. */
export function stageOf(sources: Sources, warnings: Warning[]): Record<string, string> {
  const asked = sources.match(/\b\w*(?:var|env)\w*\(\s*"((?:APP_|RUN_|RUST_|SERVER_|SERVICE_)?(?:ENV|ENVIRONMENT|STAGE|RUN_MODE))"\s*\)(?:\s*\.(?:parse|as_str|as_deref|to_lowercase|map_err|context)(?:::<\w+>)?\([^()]*\))*\s*(?:\.(?:expect|unwrap)\(|\?)/)
  const word = asked && sources.match(/"(production|prod)"/i)?.groups[0]
  if (!word) return {}
  warnings.push({ message: `the program ends without ${asked.groups[0]}: it gets "${word}"`, file: asked.evidence.file, line: asked.evidence.line, hint: 'look whether that suits, and change it where the program is run' })
  return { [asked.groups[0]!]: word }
}

/** The address of a store that stands in a source, where no variable of the program holds one. */
export function warnOfFixedStores(sources: Sources, variables: readonly string[], warnings: Warning[]): void {
  const found = sources.match(/"(postgres(?:ql)?|mysql|mongodb|redis|amqp):\/\/[^"\n]*(?:localhost|127\.0\.0\.1)[^"\n]*"/)
  if (!found || variables.some((v) => /(?:^|_)(?:URL|URI|DSN|HOST)$/.test(v)) || /unwrap_or|or_else|env|arg\(|default/.test(found.evidence.text ?? '')) return
  warnings.push({ message: `the address of ${found.groups[0]} stands in the source, where nothing listens in a container`, file: found.evidence.file, line: found.evidence.line, hint: 'take it from the environment: std::env::var("DATABASE_URL")' })
}
