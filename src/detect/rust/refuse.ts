import { InputError } from '../../errors.ts'
import type { Warning } from '../facts.ts'
import { lineOf, type Project } from '../project.ts'
import type { Sources } from '../sources.ts'
import { type Crate, join } from './crates.ts'
import type { Needs } from './system.ts'

/** Throws InputError for a program that is more than its binary: a platform starts it, or another tool builds the pages that it needs. */
export function refuseOthers(project: Project, top: string, crate: Crate, needs: Needs, sources: Sources): void {
  const shuttle = needs.asked('shuttle-runtime') && sources.match(/^#\[shuttle_runtime::main/)?.evidence
  if (shuttle) throw new InputError({ message: 'the program is started by the runtime of Shuttle, without which it does not serve', file: shuttle.file, line: shuttle.line, hint: 'give it a main function that serves by itself, in place of #[shuttle_runtime::main]' })
  const manifest = [crate.manifest, join(top, 'Cargo.toml')].find((file) => (project.read(file) ?? '').includes('metadata.leptos'))
  if (manifest && needs.asked('leptos')) throw new InputError({ message: 'cargo-leptos builds this program and the part of it that runs in a browser, which cargo alone does not', file: manifest, line: lineOf(project.read(manifest)!, 'metadata.leptos'), hint: `build it (cargo leptos build --release), and copy the program and its site folder into an image; for the program without its pages: --start ${crate.name}` })
  const dioxus = needs.asked('dioxus/fullstack')
  if (dioxus) throw new InputError({ message: 'the tool of Dioxus builds this program and the part of it that runs in a browser, which cargo alone does not', file: dioxus.file, line: dioxus.line, hint: `build it (dx bundle --release), and copy what it made into an image; for the program without its pages: --start ${crate.name}` })
}

/** Crates of programs that another runtime calls, and what that is. */
const CALLED: Record<string, string> = { lambda_http: 'AWS Lambda', lambda_runtime: 'AWS Lambda', 'poem-lambda': 'AWS Lambda', 'lambda-web': 'AWS Lambda', 'axum-aws-lambda': 'AWS Lambda', 'spin-sdk': 'Spin', fastly: 'Fastly Compute' }

/** Throws InputError for a function or component, which the runtime that calls it brings to life, and which listens nowhere. */
export function refuseFunctions(needs: Needs): void {
  const [crate, runtime] = Object.entries(CALLED).find(([name]) => needs.asked(name)) ?? []
  if (!crate) return
  const { file, line } = needs.asked(crate)!
  throw new InputError({ message: `this is a function that the runtime of ${runtime} calls: it listens on no port, and does nothing without it`, file, line, hint: 'deploy it there, or give it a main function that serves by itself' })
}

/** The file that tells that a crate runs in a browser. */
function pagesOf(project: Project, crate: Crate): { file: string; sign: RegExp } | undefined {
  const below = (file: string): string => (crate.folder === '.' ? file : `${crate.folder}/${file}`)
  const client = /^(?:yew|leptos|dioxus|sycamore)\s*=\s*\{[^}\n]*\b(?:csr|web)\b/m
  const place = [{ file: below('Trunk.toml'), sign: /^/ }, { file: below('index.html'), sign: /data-trunk/ }, { file: crate.manifest, sign: client }]
  return place.find(({ file, sign }) => project.has(file) && sign.test(project.read(file) ?? '\0'))
}

/** Throws InputError for a program that runs in a browser: compiled for a server it would stop at its first call of the page. */
export function refusePages(project: Project, crate: Crate): void {
  const found = pagesOf(project, crate)
  if (found) throw new InputError({ message: 'this program runs in a browser, and has to be built into pages before it is served', file: found.file, line: lineOf(project.read(found.file)!, found.sign), hint: `build them (${found.file === crate.manifest && project.read(crate.manifest)!.includes('dioxus') ? 'dx bundle --release --platform web' : 'trunk build --release'}), and run this in the folder that they are in: --app dist` })
}

/** Pages of another crate of the workspace, which the image of a server does not hold. */
export function warnOfPages(project: Project, crates: readonly Crate[], crate: Crate, warnings: Warning[]): void {
  const found = crates.flatMap((c) => (c.folder === crate.folder || c.folder === '.' ? [] : (pagesOf(project, c) ?? [])))[0]
  if (found) warnings.push({ message: 'these pages are built by a tool of their own (trunk build --release), and the image does not hold them', file: found.file, hint: 'commit what it makes, or serve it by an image of its own' })
}
