/** The part of Handlebars that reads templates and compiles nothing. */
declare module 'handlebars/dist/cjs/handlebars/compiler/base.js' {
  export function parse(source: string): unknown
}
