import { parseXml, XmlElement, XmlError, XmlText } from '@rgrove/parse-xml'
import { InputError } from '../errors.ts'
import { lineOf } from './project.ts'

/** One element: its children by name, its text, its line. */
export interface Element {
  name: string
  line: number
  text: string
  children: Element[]
}

/** Parses an XML manifest, without external entities. Throws InputError with file, line and column. */
export function readXml(file: string, source: string): Element {
  try {
    const root = parseXml(source, { includeOffsets: true }).root
    if (!root) throw new InputError({ message: `${file} holds no element`, file, line: 1, column: 1 })
    return elementOf(root, source)
  } catch (error) {
    if (!(error instanceof XmlError)) throw error
    throw new InputError({ message: `${file} is not valid XML: ${error.message.split('\n')[0]}`, file, line: error.line, column: error.column, hint: 'mend it, then run again' })
  }
}

function elementOf(node: XmlElement, source: string): Element {
  return {
    name: node.name.replace(/^.*:/, ''),
    line: lineOf(source, '<', node.start) ?? 1,
    text: node.children.filter((c) => c instanceof XmlText).map((c) => (c as XmlText).text).join('').trim(),
    children: node.children.filter((c) => c instanceof XmlElement).map((c) => elementOf(c as XmlElement, source)),
  }
}

/** First child at a path of names, or undefined. */
export function child(from: Element | undefined, ...path: string[]): Element | undefined {
  let at = from
  for (const name of path) at = at?.children.find((c) => c.name === name)
  return at
}

/** Children of one name. */
export const childrenOf = (from: Element | undefined, name: string): Element[] => from?.children.filter((c) => c.name === name) ?? []
