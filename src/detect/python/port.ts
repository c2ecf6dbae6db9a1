import { type Fact, fact, type Warning } from '../facts.ts'
import { lineOf, type Project } from '../project.ts'
import { type Opened, replaced } from '../opened.ts'
import type { Start } from './start.ts'

const NAMED = /["']([\w./-]*?([\w.-]+\.(?:ya?ml|toml|json|ini|cfg|conf)))["']/g
const PORT = /^\s*["']?(?:http_|server_|listen_)?port["']?\s*[:=]\s*["']?(\d{2,5})\b/gim
const LOOPBACK = /^\s*["']?(?:host|bind|address)["']?\s*[:=]\s*["']?(?:127\.0\.0\.1|localhost)\b/i

/**
 * The port in a settings file that the started sources name, where they give a port that is no number. A guess: which entry
 * the program reads is not followed.
 */
export function settingsPort(project: Project, own: readonly string[], clients: readonly number[], opened: Opened[], warnings: Warning[]): Fact<number> | undefined {
  for (const source of own.map((f) => project.read(f) ?? '').filter((text) => /\bport\s*=\s*(?!\d)|\.listen\(/.test(text)))
    for (const [, path, name] of source.matchAll(NAMED)) {
      const file = project.read(path!) !== undefined ? path! : project.files().find((f) => f.endsWith(`/${name}`))
      const text = file && project.read(file)
      if (!text) continue
      const found = [...text.matchAll(PORT)].find((m) => Number(m[1]) < 65536 && !clients.includes(Number(m[1])))
      if (!found) continue
      const at = lineOf(text, found[0].trim())!
      // the address beside the port; elsewhere it is another program's
      const beside = [at - 1, at + 1].find((line) => LOOPBACK.test(text.split('\n')[line - 1] ?? ''))
      if (beside) {
        const address = text.split('\n')[beside - 1]!.trim()
        opened.push(replaced(file, address, address.replace(/127\.0\.0\.1|localhost/, '0.0.0.0')))
        warnings.push({ message: 'the settings name loopback as the address, where nothing outside of the container reaches the program: the build makes it 0.0.0.0', file, line: beside, hint: 'change it there' })
      }
      return { ...fact(Number(found[1]), { file, line: at, text: found[0].trim() }), guess: true }
    }
  return undefined
}

/** The port that the words of the start name. */
export function argumentPort({ argv }: Start): Fact<number> | undefined {
  const found = /\s(?:-p|--(?:[\w.-]+[.-])?port)[= ](\d{4,5})(?:\s|$)/.exec(argv?.value.join(' ') ?? '')
  return found ? fact(Number(found[1]), ...argv!.evidence) : undefined
}

const HOST = /["'](--(?:[\w-]+[-.])?(?:host|bind|address|listen|ip|interface))["'][^()]{0,200}?\bdefault\s*=\s*["'](?:127\.0\.0\.1|localhost)["']/
/** Tornado's options, whose names have no dashes. */
const DEFINED = /\bdefine\(\s*["'](host|bind|address|interface)["'][^()]{0,200}?\bdefault\s*=\s*["'](?:127\.0\.0\.1|localhost)["']/

/** The argument that makes a program with an option for its address, loopback where it is not given, listen on all of them. */
export function hostArgument(project: Project, own: readonly string[], argv: readonly string[]): Fact<string> | undefined {
  for (const file of own) {
    const source = project.read(file) ?? ''
    const defined = source.includes('parse_command_line') ? DEFINED.exec(source) : null
    const found = HOST.exec(source) ?? defined
    const option = found?.[1]!.replace(/^(?!--)/, '--')
    if (found && !argv.some((w) => w.split('=')[0] === option)) return fact(`${option}=0.0.0.0`, { file, line: lineOf(source, found[0]), text: found[0].split('\n')[0]! })
  }
  return undefined
}
