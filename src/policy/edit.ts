/** Changes answers in a hardened.yaml that people may have written in. Loaded only when an answer changes. */
import { parseDocument, Scalar, type YAMLSeq } from 'yaml'
import type { Answers } from './answers.ts'

/** The text with the keys that differ between `before` and `next` set or taken away; all else, comments too, stays. */
export function editAnswers(text: string, before: Answers, next: Answers): string {
  const doc = parseDocument(text, { schema: 'failsafe' })
  const was = before as Record<string, unknown>
  const will = next as Record<string, unknown>
  for (const key of new Set([...Object.keys(was), ...Object.keys(will)])) {
    if (JSON.stringify(was[key]) === JSON.stringify(will[key])) continue
    if (will[key] === undefined) doc.delete(key)
    else if (key === 'control') editMap(key, (will[key] ?? {}) as object, (was[key] ?? {}) as object, (v) => controlNode(v as { on: boolean; reason?: string; until?: string }))
    else if (key === 'set') editMap(key, (will[key] ?? {}) as object, (was[key] ?? {}) as object, (v) => quoted(String(v)))
    else doc.set(key, Array.isArray(will[key]) ? list(will[key] as string[]) : typeof will[key] === 'number' ? doc.createNode(String(will[key])) : quoted(String(will[key])))
  }
  return doc.toString({ lineWidth: 0, flowCollectionPadding: false })

  function editMap(key: string, now: object, then: object, node: (v: unknown) => unknown): void {
    if (!doc.has(key)) doc.set(key, doc.createNode({}))
    for (const id of Object.keys(then)) if (!(id in now)) doc.deleteIn([key, id])
    for (const [id, value] of Object.entries(now)) if (JSON.stringify((then as Record<string, unknown>)[id]) !== JSON.stringify(value)) doc.setIn([key, id], node(value))
  }
  function list(values: string[]): YAMLSeq {
    const seq = doc.createNode([]) as YAMLSeq
    seq.items = values.map(quoted)
    seq.flow = true
    return seq
  }
  function controlNode({ on, reason, until }: { on: boolean; reason?: string; until?: string }): unknown {
    if (on) return quoted('on')
    return doc.createNode({ off: quoted(reason ?? ''), ...(until ? { until } : {}) })
  }
}

/** Quotes keep YAML 1.1 readers from taking "on" or 3.10 for something else. */
function quoted(text: string): Scalar {
  const node = new Scalar(text)
  if (!/^[A-Za-z][\w./:-]*$/.test(text) || /^(y|n|yes|no|on|off|true|false|null)$/i.test(text)) node.type = 'QUOTE_DOUBLE'
  return node
}
