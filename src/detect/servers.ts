import type { Fact } from './facts.ts'
import type { Project } from './project.ts'

/** Servers of which a program uses one, whichever drivers it has; how a compose file and a URL name them. */
const SQL: Record<string, RegExp> = { postgres: /\bimage:\s*['"]?\S*postgres|\bpostgres(?:ql)?:\/\//, mysql: /\bimage:\s*['"]?\S*mysql|\bmysql:\/\//, mariadb: /\bimage:\s*['"]?\S*mariadb|\bmariadb:\/\// }
const SAYING = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml', '.env.example', '.env.sample', '.env.template']

/** Of the database servers that drivers are there for, the ones that the project's own compose file or example of settings names, when these name some of them and not all. */
export function namedServers(project: Project, services: Fact<string>[] | undefined): Fact<string>[] | undefined {
  const able = services?.filter((s) => SQL[s.value]) ?? []
  if (able.length < 2) return services
  const said = SAYING.map((f) => project.read(f) ?? '').join('\n')
  const named = able.filter((s) => SQL[s.value]!.test(said))
  return named.length === 0 ? services : services!.filter((s) => !able.includes(s) || named.includes(s))
}
