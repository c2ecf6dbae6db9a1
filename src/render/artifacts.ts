import type { KeyOrder } from './skeleton.ts'

/** An output file: what a template's front matter says of it. */
export interface Artifact {
  id: string
  path: string
  /** image, compose, kubernetes or linters: what --with and --without take beside ids */
  group: string
  title: string
  why: string
  /** conditions of the render context that must all hold */
  when?: string[]
  /** false: only with --with */
  default?: boolean
  order?: KeyOrder
}

/** The files that each language's own folder has a template for. */
export const LANGUAGE_ARTIFACTS: Record<string, Artifact> = {
  'Dockerfile.hbs': { id: 'dockerfile', path: 'Dockerfile', group: 'image', title: 'Dockerfile', why: 'builds a small image with run-time files only' },
  'dockerignore.hbs': { id: 'dockerignore', path: '.dockerignore', group: 'image', title: '.dockerignore', why: 'keeps secrets and build output away from the build' },
}
