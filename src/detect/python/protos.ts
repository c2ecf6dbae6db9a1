import type { Warning } from '../facts.ts'
import { lineOf, type Project } from '../project.ts'
import { importRoot } from './entry.ts'

/** Modules that protoc makes: https://grpc.io/docs/languages/python/quickstart/#generate-grpc-code */
const IMPORTED = /^[ \t]*(?:from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]+(\w+)_pb2(?:_grpc)?\b|import[ \t]+((?:\w+\.)*)(\w+)_pb2(?:_grpc)?\b|from[ \t]+((?:\w+\.)*)(\w+)_pb2(?:_grpc)?[ \t]+import)/gm

/** The command that makes the modules of protocol files that sources import and the repository does not hold, "" where there are none. @param able whether the environment has grpcio-tools */
export function protosCommand(project: Project, files: readonly string[], able: boolean, warnings: Warning[]): string {
  const commands = new Set<string>()
  for (const file of files) {
    const source = project.read(file) ?? ''
    if (!source.includes('_pb2')) continue
    for (const found of source.matchAll(IMPORTED)) {
      const name = found[2] ?? found[4] ?? found[6]!
      const folder = (found[1] ?? found[3] ?? found[5] ?? '').replace(/^\.+|\.$/g, '').replaceAll('.', '/')
      if (project.files().some((f) => f.endsWith(`${name}_pb2.py`))) continue
      const proto = project.files().find((f) => f === `${name}.proto` || f.endsWith(`/${name}.proto`))
      if (!proto) continue
      const root = importRoot(project, file)
      const at = proto.includes('/') ? proto.slice(0, proto.lastIndexOf('/')) : '.'
      const from = root || '.'
      const line = lineOf(source, found[0], found.index)
      const beside = folder !== '' && at === (root ? `${root}/${folder}` : folder)
      if (!able || (folder !== '' && !beside)) warnings.push({ message: `${name}_pb2 is made of ${proto}, which is not in the repository: the program stops without it`, file, line, hint: able ? 'make it before the image, and commit it' : 'add grpcio-tools to the dependencies, or make it before the image and commit it' })
      else commands.add(beside ? `python -m grpc_tools.protoc -I ${from} --python_out=${from} --grpc_python_out=${from} ${proto}` : `python -m grpc_tools.protoc -I ${at} --python_out=${from} --grpc_python_out=${from} ${proto}`)
    }
  }
  return [...commands].join(' && ')
}
