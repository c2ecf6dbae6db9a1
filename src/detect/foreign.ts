/** Languages that are not read here, each by the names at the top of a project that say it: manifests first, then sources. */
const FOREIGN: readonly (readonly [title: string, manifest: RegExp, source?: RegExp])[] = [
  ['PHP', /^(composer\.json|artisan)$/, /\.php$/],
  ['Ruby', /^(Gemfile|config\.ru|.+\.gemspec)$/, /\.rb$/],
  ['.NET', /\.([cfv][sb]proj|slnx?)$/, /\.(cs|fs)$/],
  ['Elixir', /^mix\.exs$/, /\.exs?$/],
  ['Erlang', /^rebar\.config$/, /\.erl$/],
  ['Gleam', /^gleam\.toml$/],
  ['Deno', /^deno\.jsonc?$/],
  ['Swift', /^Package\.swift$/, /\.swift$/],
  ['Dart', /^pubspec\.yaml$/, /\.dart$/],
  ['Clojure', /^(project\.clj|deps\.edn)$/, /\.clj$/],
  ['Haskell', /^(stack\.yaml|cabal\.project|.+\.cabal)$/, /\.hs$/],
  ['OCaml', /^(dune-project|.+\.opam)$/, /\.ml$/],
  ['Crystal', /^shard\.ya?ml$/, /\.cr$/],
  ['Zig', /^build\.zig$/, /\.zig$/],
  ['Nim', /\.nimble$/, /\.nim$/],
  ['R', /^renv\.lock$/, /\.[rR]$/],
  ['Julia', /^Manifest\.toml$/, /\.jl$/],
  // modules of many languages have parts in C, built by these
  ['C or C++', /^configure\.ac$/, /^(CMakeLists\.txt|meson\.build|.+\.(c|cc|cpp))$/],
  ['Perl', /^(cpanfile|Makefile\.PL)$/, /\.(pl|psgi)$/],
]

/** A language that is not read here, by the name of the file that says it; names that packs know as markers say nothing. */
export function foreignOf(names: readonly string[], known: readonly string[]): { title: string; file: string; manifest: boolean } | undefined {
  const open = names.filter((n) => !known.includes(n))
  for (const manifest of [true, false])
    for (const [title, ...patterns] of FOREIGN) {
      const file = open.find((n) => patterns[manifest ? 0 : 1]?.test(n))
      if (file !== undefined) return { title, file, manifest }
    }
  return undefined
}
