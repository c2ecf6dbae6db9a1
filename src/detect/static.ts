import { InputError } from '../errors.ts'
import { assumed, type LanguageFacts } from './facts.ts'
import type { DetectContext } from './language.ts'
import { staticFacts, staticImages } from './nginx.ts'
import { lineOf, type Project } from './project.ts'

interface Generator {
  title: string
  files: string[]
  /** a folder that has to be there too */
  beside?: string
  command: string
  output: string
}

/** Reads a site without a build. Throws InputError for one whose pages have to be made first. */
export function detect({ project, language }: DetectContext): LanguageFacts | undefined {
  const { roots, generators } = language.data as { roots: string[]; generators: Generator[] }
  for (const { title, files, beside, command, output } of generators) {
    const file = files.find((f) => project.has(f))
    if (!file || (beside && !project.isFolder(beside))) continue
    throw new InputError({
      message: `this is a site of ${title}, whose pages have to be made before they are served`,
      file,
      hint: `make them (${command}), and run this in the folder that they are in: --app ${output}`,
    })
  }
  const found = rootOf(project, roots)
  if (!found) return undefined
  const evidence = { file: found.file, line: found.line }
  return {
    ...staticFacts(language, evidence),
    develop: assumed(['nginx', '-g', 'daemon off;']),
    build: { static: true, spa: false, folder: found.folder === '' ? '.' : `${found.folder}/`, ...staticImages() },
    warnings: [],
  }
}

/** The folder that is served: what a Staticfile says, or the first that holds an index.html. */
function rootOf(project: Project, roots: readonly string[]): { folder: string; file: string; line?: number } | undefined {
  const text = project.read('Staticfile') ?? ''
  const said = /^root:[ \t]*["']?(?:\.\/)?([\w./-]+?)\/?["']?[ \t]*$/m.exec(text)?.[1]
  if (said !== undefined && project.isFolder(said)) return { folder: said, file: 'Staticfile', line: lineOf(text, 'root:') }
  const folder = roots.find((r) => project.has(r === '' ? 'index.html' : `${r}/index.html`))
  return folder === undefined ? undefined : { folder, file: folder === '' ? 'index.html' : `${folder}/index.html` }
}
