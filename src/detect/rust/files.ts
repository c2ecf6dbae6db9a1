import type { Evidence, Warning } from '../facts.ts'
import { carriedFiles } from '../carried.ts'
import { lineAt, type Project } from '../project.ts'
import type { Sources } from '../sources.ts'
import { type Crate, join } from './crates.ts'
import type { ClapOption } from './server.ts'
import type { Needs } from './system.ts'

/** What the last stage needs beside the program. */
export interface Files {
  /** paths of the build stage and where they go */
  copies: { from: string; to: string }[]
  /** files that the program writes beside itself: links into /tmp */
  links: { from: string; to: string }[]
  /** folders that it writes to, absolute */
  writable: string[]
  /** an empty .env, without which the program stops */
  dotenv: boolean
}

const BUILT = /^(src|tests?|benches|examples?|target|node_modules|docs?|scripts|ci|vendor|k8s|helm|crates)$/
/** What is read while the program is compiled is in the program. */
const COMPILED = /include_(?:str|bytes|dir)!|\binclude!|embed_migrations|migrate!\(|#\[(?:folder|template|derive)|RustEmbed|Embed\b|load_template|i18n!|compile_protos|rerun-if-changed/

/**
 * Reads which files and folders of the project a program opens by a relative path or by CARGO_MANIFEST_DIR, and what it writes
 * beside itself. A folder is looked for at the root, where `cargo run` is started, then in the crate's own folder.
 */
export function readFiles(project: Project, sources: Sources, crate: Crate, top: string, options: readonly ClapOption[], needs: Needs, data: Record<string, unknown>, warnings: Warning[]): Files {
  const out: Files = { copies: [], links: [], writable: [], dotenv: false }
  const prefixes = [...new Set([top, crate.folder].map((folder) => (folder === '.' ? '' : `${folder}/`)))]
  const add = (from: string, to: string): void => {
    if (!out.copies.some((c) => c.to === to)) out.copies.push({ from, to })
  }
  for (const prefix of prefixes)
    for (const entry of project.names(prefix)) {
      const name = entry.replace(/\/$/, '')
      // another program of the workspace may be called like a word of this one
      if (name.startsWith('.') || BUILT.test(name) || project.has(`${prefix}${name}/Cargo.toml`) || /^(Cargo\.(toml|lock)|Dockerfile.*|README.*|LICENSE.*|.*\.rs|rust-toolchain.*|.*\.(db|sqlite3?)|docker-compose.*|compose.*)$/i.test(name)) continue
      const quoted = name.replace(/[.+?^${}()|[\]\\]/g, '\\$&')
      const stem = /^(.+)\.(?:toml|ya?ml|json|ini)$/.exec(quoted)?.[1]?.replace(/\\$/, '')
      const use = sources.matches(new RegExp(`["(](?:\\./|/)?${quoted}(?:/[^"\\n]*)?["?)]${stem ? `|with_name\\(\\s*"(?:\\./)?${stem}"` : ''}`)).find((m) => !COMPILED.test(m.evidence.text ?? '') && isPath(m.evidence.text ?? '', name, entry.endsWith('/')))
      const implied = (data.beside as { file: string; crates: string[] }[]).some((b) => b.file === name && b.crates.some(needs.asked))
      if (!use && !implied) continue
      const compiled = use && /CARGO_MANIFEST_DIR|relative!/.test(use.evidence.text ?? '')
      add(`/app/${prefix}${name}`, compiled ? `/app/${prefix}${name}` : `./${name}`)
    }
  for (const { from, to } of carriedFiles(project)) add(`/app/${from}`, `./${to}`)
  readWrites(project, sources, crate, options, needs.has('libsqlite3-sys') !== undefined, out, warnings)
  const dotenv = sources.match(/\bdotenvy?(?:::dotenv)?(?:::from_filename\("\.env"\)|::dotenv\(\)|\(\))\s*\.?(?:\s*\.)?(?:expect\(|unwrap\(\)|map_err|context\(|\?)|\bdotenv\(\)\s*(?:\.expect\(|\.unwrap\(\)|\?)/)
  if (dotenv) {
    out.dotenv = true
    warnings.push({ message: 'the program stops without a file .env: an empty one is laid in, settings come from the environment', file: dotenv.evidence.file, line: dotenv.evidence.line, hint: 'use dotenv().ok()' })
  }
  return out
}

/** A name with a slash before it is a path of a URL, unless it is joined to the crate's own folder. */
function isPath(line: string, name: string, folder: boolean): boolean {
  const slashed = line.includes(`"/${name}`)
  const plain = line.includes(`"${name}`) || line.includes(`"./${name}`) || line.includes(`(${name}`)
  if (slashed && !plain) return /CARGO_MANIFEST_DIR|current_dir/.test(line)
  // one word is a path only where it is used as one
  return !folder || line.includes(`"./${name}`) || line.includes(`"${name}/`) || /Dir|dir|Path|path|join\(|File|Files|fs::|Tera|Templates?|open\(|read|relative!|static|Handlebars|folder|Source|Loader|migrat/.test(line)
}

/** Options whose default is a folder of what the program keeps. */
const KEPT = /(?:^|_)(?:data|storage|store|uploads?|cache|media|db|database|repo|state)_?(?:dir|directory|path|folder|root)$/

/** SQLite databases and log files whose names stand in the sources. */
function readWrites(project: Project, sources: Sources, crate: Crate, options: readonly ClapOption[], sqlite: boolean, out: Files, warnings: Warning[]): void {
  const found = new Map<string, Evidence>()
  for (const { field, default: value = '', evidence } of options) {
    if (!KEPT.test(field) || !/^(?:\.\/)?[\w-]+(?:\/[\w-]+)*\/?$/.test(value)) continue
    const path = `/app/${join('.', value)}`
    out.writable.push(path)
    found.set(path, evidence)
  }
  for (const { groups, evidence } of sources.matches(/"sqlite:(?:\/\/)?((?!:memory:)[^"?{}:]+\.?[^"?{}:]*)(?:\?[^"]*)?"|Connection::open\(\s*"([^":{}]+)"|SqliteConnectionManager::file\(\s*"([^":{}]+)"|OpenOptions[^;]*\.open\(\s*"([^"{}]+)"|File::create\(\s*"([^"{}]+)"|rolling::\w+\(\s*"([^"{}]+)"|create_dir_all\(\s*"([^"{}]+)"/)) {
    const [sqlite, connection, manager, opened, created, rolling, folder] = groups
    const file = sqlite ?? connection ?? manager ?? opened ?? created
    const path = (file ?? rolling ?? folder)!.replace(/^\.\//, '').replace(/\/$/, '')
    if (path.startsWith('/tmp') || path.includes('..') || path === '') continue
    const absolute = path.startsWith('/') ? path : `/app/${path}`
    const parent = absolute.slice(0, absolute.lastIndexOf('/'))
    if (!file) out.writable.push(absolute)
    else if (parent === '/app') out.links.push({ from: absolute.slice(5), to: `/tmp/${absolute.slice(5)}` })
    else if (parent.startsWith('/app/')) out.writable.push(parent)
    else continue
    found.set(absolute, evidence)
  }
  // whatever function opens it
  for (const { groups: [file], evidence } of sqlite ? sources.matches(/"(?:\.\/)?([\w-]+\.(?:db|sqlite3?))"/) : []) {
    out.links.push({ from: file!, to: `/tmp/${file}` })
    found.set(`/app/${file}`, evidence)
  }
  // a folder of the crate's own that holds nothing yet, as in Rocket's guide
  for (const { groups, evidence } of sources.matches(/CARGO_MANIFEST_DIR"\)\s*,\s*(?:"\/"\s*,\s*"|"\/)([\w-]+)\/?"|\brelative!\(\s*"([\w-]+)\/?"\s*\)/)) {
    const path = `/app/${join(crate.folder, groups[0] ?? groups[1]!)}`
    if ((project.has(path.slice(5)) && !project.isFolder(path.slice(5))) || COMPILED.test((evidence.text ?? '').replace('relative!', ''))) continue
    out.writable.push(path)
    found.set(path, evidence)
  }
  for (const { from } of out.copies) {
    const file = from.slice('/app/'.length)
    const text = /\.(?:toml|ya?ml)$/.test(file) ? project.read(file)! : ''
    for (const m of text.matchAll(/^[ \t]*url[ \t]*=[ \t]*"(?:sqlite:(?:\/\/)?)?(?:\.\/)?([\w-]+(?:\/[\w-]+)*)\/[\w-]+\.(?:db|sqlite3?)"/gm)) {
      out.writable.push(`/app/${m[1]}`)
      found.set(`/app/${m[1]}`, { file, line: lineAt(text, m.index) })
    }
    for (const m of text.matchAll(/^[ \t]*(?:upload|data|storage|store|cache|media|files?)s?[_-]?(?:path|dir|directory|folder)[ \t]*[:=][ \t]*["']?(?:\.\/)?([\w-]+)\/?["']?[ \t]*$/gm)) {
      out.writable.push(`/app/${m[1]}`)
      found.set(`/app/${m[1]}`, { file, line: lineAt(text, m.index) })
    }
  }
  out.writable = [...new Set(out.writable)].filter((p) => p.startsWith('/app/') && project.names(p.slice(5)).every((n) => n.startsWith('.') || project.read(`${p.slice(5)}/${n}`) === ''))
  out.links = out.links.filter((l, i) => !project.has(l.from) && out.links.findIndex((o) => o.from === l.from) === i)
  for (const [path, evidence] of found)
    if (out.writable.some((w) => path.startsWith(w)) || out.links.some((l) => `/app/${l.from}` === path)) warnings.push({ message: `${path} is kept in scratch space: it is gone when the container is, and each pod has its own`, file: evidence.file, line: evidence.line, hint: 'use a database server, or a PersistentVolumeClaim, for what must stay' })
}
