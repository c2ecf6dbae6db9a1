import type { Plan } from '../plan/plan.ts'
import type { DockerfileFacts } from '../audit/dockerfile.ts'
import type { Dockerignore } from '../audit/dockerignore.ts'
import type { YamlFile } from '../audit/manifests.ts'

export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'info'
export type Value = string | number | boolean | Value[] | { [key: string]: Value }

/** "In this artifact, at this path, this value": rendered, commented, audited and documented from one place. */
export interface Expectation {
  /** id of a YAML artifact: deployment, compose, … */
  artifact: string
  /** keys joined by "."; `[]` after a key means its items, `*` any key. A key in {{}} is the template's own, `{{name}}` */
  at: string
  /** texts may hold Handlebars expressions over the plan, {{runtime.uid}} */
  value: Value
  /** name of a condition of the render context; absent: always */
  when?: string
  /** comment of this line where it is not the control's own; "" for none */
  comment?: string
  /** what the audit of files that somebody else wrote accepts beside the value itself */
  accepts?: (found: unknown) => boolean
}

/** Text that enters a Dockerfile or ignore file at a named slot. */
export interface SlotText {
  slot: string
  text: string
  when?: string
}

/** The files of one project, read for audit. */
export interface Audited {
  dockerfile?: DockerfileFacts
  dockerignore?: Dockerignore
  manifests: YamlFile[]
  compose: YamlFile[]
  /** GitHub Actions workflows */
  workflows?: YamlFile[]
  /** files that could not be read */
  faults: Report[]
  plan?: Plan
}

/** A control that does not hold at a place. */
export interface Finding {
  control: string
  severity: Severity
  message: string
  file: string
  line?: number
}

/** What a coded check reports; the audit adds the control's id and severity. */
export interface Report {
  message: string
  file: string
  line?: number
}

/** One hardening. It renders, comments, audits, explains and documents itself. */
export interface Control {
  id: string
  title: string
  /** for a developer: what goes wrong without it, one or two sentences */
  why: string
  /** a few words behind the line it writes */
  comment: string
  severity: Severity
  /** points of the 28-point checklist that it serves */
  points: string[]
  /** rules and standards that ask for it, at least one */
  sources: string[]
  expects?: Expectation[]
  slots?: SlotText[]
  /** what no path can say */
  check?: (files: Audited) => Report[]
  /** what a linter reports when it is off, so that an exception can be written with the reason */
  linters?: Partial<Record<'hadolint' | 'trivy' | 'checkov' | 'kube-score' | 'buildkit', string[]>>
  /** files in which it does not hold: the proof that the check can fail */
  failing: { [file: string]: string }[]
}

/** Gives a control its type; the file name is its id. */
export const control = (c: Control): Control => c
