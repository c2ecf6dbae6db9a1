import type { Warning } from '../facts.ts'
import { lineOf, type Project } from '../project.ts'

/** Files of settings that build tools read for production: https://vite.dev/guide/env-and-mode, https://nextjs.org/docs/pages/guides/environment-variables */
const FILES = ['.env', '.env.production']
/** What says something of the build alone. */
const TOOLS = /^(?:NODE_ENV|PUBLIC_URL|BASE_URL|PORT|HOST|CI|BROWSER|GENERATE_SOURCEMAP|SKIP_PREFLIGHT_CHECK|INLINE_RUNTIME_CHUNK|FAST_REFRESH|DISABLE_ESLINT_PLUGIN|ESLINT_NO_DEV_ERRORS|TSC_COMPILE_ON_ERROR|IMAGE_INLINE_SIZE_LIMIT|CHOKIDAR_USEPOLLING|WDS_SOCKET_\w+|NEXT_TELEMETRY_DISABLED)$/

/**
 * The files of settings in the repository that hold nothing but what the pages show to everybody, so that the build may see them;
 * .dockerignore leaves all others out. Warns of one that holds more, without which the pages lack their settings.
 * @param prefixes of variables whose values are written into pages @param folder the app's, below the context
 */
export function publicFiles(project: Project, ignore: string, prefixes: readonly string[], folder: string, warnings: Warning[]): string[] {
  return FILES.flatMap((file) => {
    const text = project.has(file) ? (project.read(file) ?? '') : ''
    if (!prefixes.some((p) => text.includes(p))) return []
    const names = [...text.matchAll(/^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=/gm)].map((m) => m[1]!)
    const shown = names.filter((n) => prefixes.some((p) => n.startsWith(p)))
    // what Git ignores is of this machine alone
    if (shown.length === 0 || ignores(ignore, file)) return []
    const others = names.filter((n) => !shown.includes(n) && !TOOLS.test(n))
    if (others.length === 0) return [folder === '' ? file : `${folder}/${file}`]
    warnings.push({ message: `${file} holds ${others.slice(0, 3).join(', ')} beside what pages show, so that the build does not see it: ${shown.slice(0, 3).join(', ')} ${shown.length > 1 ? 'are' : 'is'} missing there`, file, line: lineOf(text, shown[0]!), hint: `give each to the build: docker build --build-arg ${shown[0]}=…, or keep what pages show in a file of its own` })
    return []
  })
}

/** Whether lines of .gitignore leave a file at the top out. */
const ignores = (lines: string, file: string): boolean =>
  lines.split('\n').reduce((out, line) => {
    const [, not, pattern] = /^(!?)(?:\*\*\/|\/)?(\.env\S*)\s*$/.exec(line) ?? []
    return pattern !== undefined && new RegExp(`^${pattern.replace(/[.+]/g, '\\$&').replace(/\*+/g, '.*')}$`).test(file) ? not === '' : out
  }, false)
