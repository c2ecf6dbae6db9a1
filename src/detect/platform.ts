import { InputError } from '../errors.ts'
import type { Project } from './project.ts'

/** Platforms that call a program's functions themselves, by the files that say so, and what such a file holds. */
const PLATFORMS: readonly (readonly [title: string, files: readonly string[], holds?: RegExp])[] = [
  ['Cloudflare Workers', ['wrangler.toml', 'wrangler.jsonc', 'wrangler.json']],
  ['Azure Functions', ['host.json'], /"(?:version|extensionBundle)"/],
  ['AWS Lambda', ['serverless.yml', 'serverless.yaml', 'serverless.ts', 'samconfig.toml']],
  ['AWS Lambda', ['template.yaml', 'template.yml'], /AWS::Serverless|AWS::Lambda/],
  ['Firebase', ['firebase.json'], /"functions"/],
]

/**
 * Throws InputError for a project whose functions a platform calls, where nothing was found that starts or listens here.
 * @param title the language's, which names what may be passed
 */
export function refuseCalled(project: Project, title: string): void {
  for (const [platform, files, holds] of PLATFORMS) {
    const file = files.find((f) => project.has(f) && (!holds || holds.test(project.read(f) ?? '')))
    if (file) throw new InputError({ message: `${file} says that this runs on ${platform}, which calls it, and nothing here listens by itself`, file, where: '--start', hint: `name a program of ${title} that does, where there is one: --start ${title === 'Node.js' ? '"node server.js"' : '"program argument…"'}` })
  }
}

/** Files of tools that make a project of the folder around them, whose sources have places to fill in. */
const TEMPLATES: Record<string, string> = { 'cookiecutter.json': 'Cookiecutter', 'copier.yml': 'Copier', 'copier.yaml': 'Copier' }

/** Throws InputError for a template that was not made a project yet. */
export function refuseTemplate(project: Project): void {
  const names = project.names()
  const file = names.find((n) => Object.hasOwn(TEMPLATES, n))
  if (file && names.some((n) => n.includes('{{') || n === 'template/')) throw new InputError({ message: `${file} says that this is a template of ${TEMPLATES[file]}, of which a project is made first`, file, hint: 'make one, and run this in it', idle: true })
}
