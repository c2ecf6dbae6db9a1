import type { Project } from './project.ts'

/** Folders at the top that .dockerignore leaves out by their names in every language, of which sources may have one too. */
const HIDDEN = ['k8s', 'helm', 'secrets']

/** The sources in such folders, as .dockerignore takes them back in. @param endings of the language's sources */
export const keptSources = (project: Project, endings: readonly string[]): string[] =>
  HIDDEN.flatMap((folder) => {
    if (!project.isFolder(folder)) return []
    const names = project.names(folder)
    return endings.filter((e) => names.some((n) => n.endsWith(e))).map((e) => `${folder}/**/*${e}`)
  })
