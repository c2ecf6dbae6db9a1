/** What changes a database, which a build has none of: by the command of its tool. */
const MIGRATES = /^(?:(?:npx|bunx|pnpx|(?:pnpm|yarn|npm|bun)(?: exec| dlx| x)?)\s+(?:--\s+)?)?(?:prisma (?:db push|db seed|migrate (?:deploy|dev|reset))|payload migrate|drizzle-kit (?:push|migrate)|knex (?:--\S+ )*(?:migrate|seed):|sequelize(?:-cli)? db:|node-pg-migrate|mikro-orm migration:|(?:typeorm|typeorm-ts-node-\w+) .*migration:run|migrate-mongo up)/
const SCRIPT = /^(?:npm run|pnpm(?: run)?|yarn(?: run)?|bun run)\s+([\w:.-]+)$/

/** The parts of a command line, and whether each changes a database, by itself or by the script that it runs. */
const partsOf = (text: string, scripts: Record<string, string>, depth = 0): { part: string; migrates: boolean }[] =>
  text.split('&&').map((p) => p.trim()).map((part) => {
    const script = scripts[SCRIPT.exec(part)?.[1] ?? '']
    return { part, migrates: MIGRATES.test(part) || (script !== undefined && depth < 3 && partsOf(script, scripts, depth + 1).every((p) => p.migrates)) }
  })

/** A build script without what changes a database, and those parts; undefined where it has none, or nothing else. */
export function withoutMigrations(text: string, scripts: Record<string, string>): { rest: string; left: string[] } | undefined {
  const parts = partsOf(text, scripts)
  const left = parts.filter((p) => p.migrates).map((p) => p.part)
  const rest = parts.filter((p) => !p.migrates).map((p) => p.part).join(' && ')
  return left.length === 0 || rest === '' ? undefined : { rest, left }
}
