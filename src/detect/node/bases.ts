import type { Evidence, Fact, LanguageFacts } from '../facts.ts'
import { dataOf } from './data.ts'
import type { System } from './install.ts'
import type { Read } from './read.ts'

/** Bases that lack what the program needs. */
export function unsuitableBases({ context: { language }, framework, start, installer, manifest }: Read, argv: Fact<string[]> | undefined, system: System, started?: Evidence): NonNullable<LanguageFacts['unsuitable']> {
  const out: NonNullable<LanguageFacts['unsuitable']> = []
  const without = (bases: readonly string[], reason: string, evidence: Evidence[]): void => {
    for (const base of bases) out.push({ base, reason, evidence })
  }
  const noShell = Object.entries(language.bases).filter(([, b]) => !b!.shell).map(([id]) => id)
  const noPackages = Object.entries(language.bases).filter(([, b]) => b!.packages === 'none').map(([id]) => id)
  if (system.because) without([...new Set([...noShell, ...noPackages])], `${system.because.name} needs ${system.runtime.join(', ')} where the program runs, which it has no packages for`, [system.because.evidence])
  else if (started) without(noShell, 'the program starts another one there, which it has not', [started])
  if (framework?.spawns && start.framework) without(noShell, `${framework.title} starts node by its name, which it does not find there`, argv?.evidence ?? [])
  if (!system.because && system.build.length > 0) without(noPackages, 'it has no packages to compile native modules with', [])
  if (system.debian) without(['alpine'], `the Dockerfile needs ${system.runtime.join(', ')}, whose names in Alpine are not known`, [system.because!.evidence])
  if (start.bun) without(Object.keys(language.bases).filter((b) => dataOf(language).bun.runtime[b] === undefined), 'Bun has no image of that kind here', argv?.evidence ?? [])
  const program = argv?.value[0]
  if (program !== undefined && !['node', 'bun', 'nginx'].includes(program)) without(noShell, `${program} needs a shell or a program that it has not`, argv!.evidence)
  if (argv?.value[1]?.startsWith('node_modules/.bin/') && installer.spec.id === 'pnpm') without(noShell, `pnpm starts ${argv.value[1].slice(18)} by a shell script`, argv.evidence)
  return out
}
