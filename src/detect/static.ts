import { InputError } from '../errors.ts'
import { assumed, type LanguageFacts } from './facts.ts'
import type { DetectContext } from './language.ts'
import { staticFacts, staticImages } from './nginx.ts'
import { lineOf, type Project } from './project.ts'

interface Generator {
  title: string
  files: string[]
  /** an expression for a line of the file */
  says?: string
  /** files of programs that belong to it */
  owns: string
  command: string
  output: string
}

/**
 * Reads a site without a build. Throws InputError for one whose pages have to be made first. Files of a program beside it make it
 * a part of that program, unless this language was asked for.
 */
export function detect({ project, language, chosen }: DetectContext): LanguageFacts | undefined {
  const { roots, generators, programs } = language.data as { roots: string[]; generators: Generator[]; programs: string }
  const program = new RegExp(programs)
  const others = chosen.language ? [] : project.names().filter((name) => program.test(name) && !(name === 'package.json' && hasToolsOnly(project)))
  for (const { title, files, says, owns, command, output } of generators) {
    const file = files.find((f) => project.has(f) && (!says || new RegExp(says, 'm').test(project.read(f) ?? '')))
    if (!file || others.some((name) => !new RegExp(owns).test(name))) continue
    throw new InputError({
      message: `this is a site of ${title}, whose pages have to be made before they are served`,
      file,
      hint: `make them (${command}), and run this in the folder that they are in: --app ${output}`,
    })
  }
  const found = others.length > 0 ? undefined : rootOf(project, roots)
  if (!found) return undefined
  const evidence = { file: found.file, line: found.line }
  return {
    ...staticFacts(language, evidence),
    develop: assumed(['nginx', '-g', 'daemon off;']),
    build: { static: true, spa: /^pushstate:\s*(enabled|true)/m.test(project.read('Staticfile') ?? ''), folder: found.folder === '' ? '.' : `${found.folder}/`, ...staticImages() },
    warnings: ['nginx.conf', 'httpd.conf'].filter((f) => project.has(f)).map((file) => ({ message: `${file} is not used: the image has a configuration of its own`, file, hint: 'what it says beside the folder, routes and headers, is to be added to the one in the Dockerfile' })),
  }
}

/** Whether package.json is there for tools that check the files: nothing is built, started or shipped. */
const hasToolsOnly = (project: Project): boolean => !/"(?:build|start|dev|serve|dependencies|workspaces|main)"\s*:/.test(project.read('package.json') ?? '')

/** The folder that is served: what a Staticfile says, or the first that holds an index.html. */
function rootOf(project: Project, roots: readonly string[]): { folder: string; file: string; line?: number } | undefined {
  const text = project.read('Staticfile') ?? ''
  const said = /^root:[ \t]*["']?(?:\.\/)?([\w./-]+?)\/?["']?[ \t]*$/m.exec(text)?.[1]
  if (said !== undefined && project.isFolder(said)) return { folder: said, file: 'Staticfile', line: lineOf(text, 'root:') }
  const folder = roots.find((r) => project.has(r === '' ? 'index.html' : `${r}/index.html`))
  return folder === undefined ? undefined : { folder, file: folder === '' ? 'index.html' : `${folder}/index.html` }
}
