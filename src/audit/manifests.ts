import { type Document, isMap, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml'

/** One YAML document of a file, with the line of every path. */
export interface YamlFile {
  path: string
  kind: string
  name: string
  value: unknown
  /** 1-based line of the deepest part of the path that is there */
  line(path: readonly (string | number)[]): number
}

/** What is wrong with a YAML file: a text that cannot be parsed, or a key that is there twice. */
export interface YamlFault {
  message: string
  line: number
}

/** Reads every document of a YAML file. A document with an error is passed over and said in `faults`. */
export function readYaml(path: string, text: string, faults: YamlFault[] = []): YamlFile[] {
  const lines = new LineCounter()
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false }) as Document[]
  for (const d of documents) for (const e of d.errors) faults.push({ message: e.message, line: lines.linePos(e.pos[0]).line })
  return documents
    .filter((d) => d.errors.length === 0 && d.contents !== null)
    .map((d) => {
      const value = d.toJS({ maxAliasCount: 100 }) as { kind?: string; metadata?: { name?: string } }
      return {
        path,
        kind: String(value?.kind ?? ''),
        name: String(value?.metadata?.name ?? ''),
        value,
        line: (at) => lines.linePos(offset(d, at)).line,
      }
    })
}

function offset(doc: Document, path: readonly (string | number)[]): number {
  let node: unknown = doc.contents
  let start = (node as { range?: number[] })?.range?.[0] ?? 0
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((p) => isScalar(p.key) && String(p.key.value) === String(key))
      if (!pair) break
      start = (pair.key as { range?: number[] }).range?.[0] ?? start
      node = pair.value
    } else if (isSeq(node)) {
      node = node.items[Number(key)]
      start = (node as { range?: number[] })?.range?.[0] ?? start
    } else break
  }
  return start
}
