import { referenceOf } from '../audit/images.ts'
import { control } from './control.ts'

/** Official images whose plain tags hold a whole system or SDK. Others are their owner's to judge. */
const WHOLE = /^(docker\.io\/)?(library\/)?(node|python|golang|rust|openjdk|eclipse-temurin|maven|gradle|ruby|php|perl|elixir|erlang|swift|dart|mono|debian|ubuntu|fedora|centos|rockylinux|almalinux|amazonlinux|oraclelinux)$/
const SMALL = /slim|alpine|distroless|minimal|scratch|jre|chiseled|nonroot|-fpm/

export default control({
  id: 'minimal-base',
  title: 'The last stage starts from a minimal image',
  why: 'Every package of the base is one more that may have a hole and one more report to read. A slim, distroless or scratch image runs the same program.',
  comment: 'nothing but the runtime',
  severity: 'medium',
  points: ['IMG-2'],
  sources: ['CIS-D 4.3', 'OWASP-K8s: minimal images', 'NSA 1.2'],
  check: ({ dockerfile }) => {
    if (!dockerfile) return []
    const { base, line } = dockerfile.final
    const { repository, tag = '' } = referenceOf(base)
    const sdk = /(^|[/-])(sdk|jdk)([-:]|$)/.test(base) || /jdk/.test(tag)
    return (WHOLE.test(repository) && !SMALL.test(tag)) || sdk ? [{ message: `the last stage starts from ${base}, a whole system or SDK`, file: dockerfile.path, line }] : []
  },
  failing: [{ Dockerfile: 'FROM node:24\n' }, { Dockerfile: 'FROM eclipse-temurin:21-jdk-noble\n' }],
})
