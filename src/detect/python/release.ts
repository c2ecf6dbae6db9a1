import type { Fact, LanguageFacts } from '../facts.ts'
import type { Project } from '../project.ts'
import { splitCommand } from '../words.ts'

const SERVERS = /^(postgres|mysql|mariadb)$/
const FILE = /\.(db|sqlite3?)$/

/** What the tables of a database are made by, as the project's own files show it. */
interface Shown {
  project: Project
  /** folder of manage.py and the module of the settings */
  django?: { root: string; settings: string } | undefined
  /** names of dependencies */
  has: (name: string) => boolean
  /** module and object that a server is told, "shop:app" */
  target?: string | undefined
  services: readonly Fact<string>[]
  /** files that the program writes, which the image keeps in scratch space */
  links: readonly string[]
}

/** What names the settings where manage.py takes others than the server does. */
const own = (manage = '', settings: string): string => (settings === '' || /DJANGO_SETTINGS_MODULE["']\s*,\s*["']([\w.]+)/.exec(manage)?.[1] === settings ? '' : `env DJANGO_SETTINGS_MODULE=${settings} `)

/** The command that makes the tables, of the Procfile's release process or of the library that keeps the migrations; `alone` where the database is a file of the container's own. */
export function releaseOf(shown: Shown): LanguageFacts['release'] {
  const { project, django, has, target } = shown
  const alone = shown.links.some((l) => FILE.test(l)) && !shown.services.some((s) => SERVERS.test(s.value))
  const at = (file: string, line?: number) => [{ file, ...(line ? { line } : {}) }]
  const lines = (project.read('Procfile') ?? '').split('\n')
  const told = lines.findIndex((l) => /^release:\s*(?:python3?|flask|alembic|django-admin)\s/.test(l))
  const command = told < 0 ? undefined : lines[told]!.replace(/^release:\s*/, '').trim()
  const manage = django && `${django.root ? `${django.root}/` : ''}manage.py`
  // it is run where the program is, beside manage.py
  if (command && splitCommand(command)) return { command: command.replace(/^python3\b/, 'python').replace(` ${manage} `, ' manage.py '), alone, evidence: at('Procfile', told + 1) }
  if (manage && project.has(manage) && (alone || shown.services.some((s) => SERVERS.test(s.value)))) return { command: `${own(project.read(manage), django.settings)}python manage.py migrate --noinput`, alone, evidence: at(manage) }
  if (target && has('flask-migrate') && project.isFolder('migrations')) return { command: `flask --app '${target}' db upgrade`, alone, evidence: at('migrations') }
  if (has('alembic') && project.has('alembic.ini')) return { command: 'alembic upgrade head', alone, evidence: at('alembic.ini') }
  return undefined
}
