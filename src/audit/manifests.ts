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

/** Reads every document of a YAML file. A document with an error is passed over: the caller validates apart. */
export function readYaml(path: string, text: string): YamlFile[] {
  const lines = new LineCounter()
  const documents = parseAllDocuments(text, { lineCounter: lines }) as Document[]
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
